using Portlight.Agent.Devices;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.Nftables;

namespace Portlight.Agent.Tests;

/// <summary>Which devices cannot be filtered by their name, those of kinds that the machine of the tests may not have among them.</summary>
public sealed class DeviceRefusalTests
{
    private static readonly Device Card = new(2, "eth0", null, "52:54:00:00:00:01");
    private static readonly Device Tap = new(3, "vnet0", "tun", "fe:54:00:aa:bb:01");
    private static readonly Device Bond = new(4, "bond0", "bond", "52:54:00:00:00:01");
    private static readonly Device Bridge = new(5, "br0", "bridge", "52:54:00:00:00:01");

    [Fact]
    public void What_packets_are_routed_by_is_taken()
    {
        Assert.Null(Refusal(Tap));
        Assert.Null(Refusal(new Device(6, "veth0", "veth", "4e:00:00:00:00:01") { Lower = 7 }));
        Assert.Null(Refusal(new Device(6, "wg0", "wireguard", null)));
        Assert.Null(Refusal(Bridge, Tap with { Master = Bridge.Index, SlaveKind = "bridge" }));
        Assert.Null(Refusal(Card));
        Assert.Null(Refusal(new Device(6, "eth0.10", "vlan", null) { Lower = Card.Index }, Card));
        Assert.Null(Refusal(Tap with { Master = 6, SlaveKind = "vrf" }, new Device(6, "blue", "vrf", null)));
    }

    [Theory]
    [InlineData("bridge", "attach the ports of the guests")]
    [InlineData("bond", "attach `bond0` instead")]
    [InlineData("team", "attach `bond0` instead")]
    [InlineData("openvswitch", "attach `bond0` instead")]
    [InlineData(null, "attach `bond0` instead")]
    public void What_is_a_part_of_another_device_is_refused(string? slaveKind, string instead) =>
        Refused(instead, Card with { Master = Bond.Index, SlaveKind = slaveKind }, Bond);

    [Fact]
    public void A_port_of_a_bridge_is_taken_where_the_kernel_can_filter_it_and_refused_with_its_word_where_it_cannot()
    {
        var port = Tap with { Master = Bridge.Index, SlaveKind = "bridge" };
        var whole = Survey(port, Bridge);
        Assert.Null(DeviceRefusal.OfAttach(port, whole));

        var incomplete = whole with { Bridges = new BridgeSupport(HasTables: true, "br_netfilter is not loaded") };
        Assert.Contains("br_netfilter is not loaded", DeviceRefusal.OfAttach(port, incomplete), StringComparison.Ordinal);
        Assert.Null(DeviceRefusal.Of(port, incomplete));
        Assert.Null(DeviceRefusal.OfAttach(Tap, incomplete));

        var none = whole with { Bridges = new BridgeSupport(HasTables: false, "the kernel cannot make a table (EOPNOTSUPP)") };
        Assert.Contains("EOPNOTSUPP", DeviceRefusal.Of(port, none), StringComparison.Ordinal);
        Assert.Contains("attach the bridge", DeviceRefusal.Of(port, none), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bridge_and_its_port_are_not_both_taken()
    {
        var port = Tap with { Master = Bridge.Index, SlaveKind = "bridge" };
        var survey = Survey(port, Bridge);
        Assert.Contains("detach one", DeviceRefusal.OfBoth(port, survey, [port.Index, Bridge.Index]), StringComparison.Ordinal);
        Assert.Contains("detach one", DeviceRefusal.OfBoth(Bridge, survey, [port.Index, Bridge.Index]), StringComparison.Ordinal);
        Assert.Null(DeviceRefusal.OfBoth(port, survey, [port.Index]));
        Assert.Null(DeviceRefusal.OfBoth(Bridge, survey, [Bridge.Index]));
    }

    [Theory]
    [InlineData(null, null, "modprobe br_netfilter")]
    [InlineData("0", "1", "net.bridge.bridge-nf-call-iptables is 0")]
    [InlineData("1", "0", "net.bridge.bridge-nf-call-ip6tables is 0")]
    [InlineData("1", null, null)]
    [InlineData("1", "1", null)]
    public void What_connection_tracking_does_not_see_is_said_with_what_to_do(string? ipv4, string? ipv6, string? words)
    {
        var missing = BridgeSupport.WhatIsMissing(ConnectionPolicy.Cut, ipv4, ipv6);
        Assert.Equal(words is not null, missing?.Contains(words ?? "", StringComparison.Ordinal) ?? false);
        Assert.Equal(words is null, missing is null);
        Assert.NotNull(BridgeSupport.WhatIsMissing(ConnectionPolicy.Drain, ipv4, ipv6));
    }

    [Theory]
    [InlineData("macvlan")]
    [InlineData("macvtap")]
    [InlineData("ipvlan")]
    [InlineData("ipvtap")]
    public void Two_devices_on_one_wire_are_both_refused(string kind)
    {
        var upper = new Device(6, "upper0", kind, "9a:00:00:00:00:01") { Lower = Card.Index };
        Refused("a veth pair or a tap device", upper, Card);
        Refused("remove `upper0` first", Card, upper);
    }

    [Fact]
    public void A_device_with_VLANs_on_top_is_refused_and_the_VLANs_are_named() =>
        Refused("attach `eth0.10` instead", Card, new Device(6, "eth0.10", "vlan", "52:54:00:00:00:01") { Lower = Card.Index });

    [Fact]
    public void What_is_made_on_top_in_another_namespace_is_seen_by_its_hardware_address() =>
        Assert.Contains("maybe in another network namespace", DeviceRefusal.Of(Tap, Survey(Tap) with { ForeignAddresses = [Tap.Index] }), StringComparison.Ordinal);

    [Fact]
    public void A_bridge_to_the_network_outside_is_refused() =>
        Refused("the port `eth0`", Bridge, Card with { Master = Bridge.Index, SlaveKind = "bridge" });

    [Fact]
    public void What_carries_a_default_route_is_refused_whatever_it_is()
    {
        foreach (var device in new[] { Card, Tap, Bridge, new Device(6, "wg0", "wireguard", null) })
        {
            Assert.Contains("--this-host", DeviceRefusal.Of(device, Survey(device) with { DefaultRoutes = [device.Index] }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_address_is_the_machines_own_on_a_card_and_a_gateway_on_a_tap()
    {
        foreach (var (device, isOwn) in new[] { (Card, true), (Bond, true), (Tap, false), (Bridge, false) })
        {
            var survey = Survey(device) with { Addresses = [new AddressRow(device.Index, System.Net.IPAddress.Broadcast, 0)] };
            Assert.Equal(isOwn, DeviceRefusal.Of(device, survey)?.Contains("this machine's own address", StringComparison.Ordinal) ?? false);
        }
    }

    [Fact]
    public void A_hardware_address_tells_a_card_or_a_tap_from_another_and_not_a_bridge()
    {
        Assert.Equal("fe:54:00:aa:bb:01", Tap.Identity);
        Assert.Equal("52:54:00:00:00:01", Card.Identity);
        Assert.Null(Bridge.Identity);
    }

    private static void Refused(string instead, Device device, params Device[] others) => Assert.Contains(instead, Refusal(device, others), StringComparison.Ordinal);

    private static string? Refusal(Device device, params Device[] others) => DeviceRefusal.Of(device, Survey([device, .. others]));

    private static DeviceSurvey Survey(params Device[] devices) => new([.. devices], [], [], []);
}
