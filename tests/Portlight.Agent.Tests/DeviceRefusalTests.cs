using Portlight.Agent.Devices;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;

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
    [InlineData("bridge", "attach the bridge")]
    [InlineData("bond", "attach `bond0` instead")]
    [InlineData("team", "attach `bond0` instead")]
    [InlineData("openvswitch", "attach `bond0` instead")]
    [InlineData(null, "attach `bond0` instead")]
    public void What_is_a_part_of_another_device_is_refused(string? slaveKind, string instead) =>
        Refused(instead, Card with { Master = Bond.Index, SlaveKind = slaveKind }, Bond);

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
