using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>What an operator is told before something is attached, and by <c>doctor</c>.</summary>
public sealed class InspectionTests
{
    [Fact]
    public void A_lab_link_is_refused_and_an_ordinary_link_a_bridge_and_its_port_are_not()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, PortSet.Empty));
        scene.Host.Run("ip", "link add bridge0 type bridge");
        scene.Network.AddMachine("vm", "vm0");
        scene.Host.Run("ip", "link set vm0 master bridge0");
        try
        {
            Assert.Null(Inspect(scene, "vm0").Refusal);
            Assert.Contains("lab instance", Inspect(scene, "pl9").Refusal, StringComparison.Ordinal);
            Assert.Null(Inspect(scene, Scene.ClientLink).Refusal);
            Assert.Null(Inspect(scene, "bridge0").Refusal);
        }
        finally
        {
            scene.Host.Run("ip", "link del bridge0");
        }
    }

    [Fact]
    public void An_alternative_name_leads_to_the_real_one()
    {
        using var scene = new Scene();
        var real = Inspect(scene, Scene.ClientLink).Interface;
        Assert.Equal(Scene.ClientLink, real?.Name);
        Assert.NotNull(real?.Device);

        scene.Host.Run("ip", $"link property add dev {Scene.ClientLink} altname web-nic altname a-name-that-no-interface-can-have-itself");

        Assert.Equal(real, Inspect(scene, "web-nic").Interface);
        Assert.Equal(real, Inspect(scene, "a-name-that-no-interface-can-have-itself").Interface);
    }

    [Fact]
    public void A_macvlan_and_what_is_below_it_are_refused_wherever_the_macvlan_went()
    {
        using var scene = new Scene();
        scene.Network.AddMachine("vm", "vm0");
        Assert.Null(Inspect(scene, "vm0").Refusal);
        scene.Host.Run("ip", "link add upper0 link vm0 type macvlan mode bridge");
        Assert.Contains("veth pair", Inspect(scene, "upper0").Refusal, StringComparison.Ordinal);
        Assert.Contains("remove `upper0` first", Inspect(scene, "vm0").Refusal, StringComparison.Ordinal);

        scene.Host.Run("ip", "link set upper0 netns client");
        scene.Client.Run("ip", "link set upper0 up");
        Assert.Contains("another network namespace", Inspect(scene, "vm0").Refusal, StringComparison.Ordinal);

        scene.Client.Run("ip", "link del upper0");
        Assert.Null(Inspect(scene, "vm0").Refusal);
    }

    [Theory]
    [InlineData("route add default via 10.255.2.2")]
    [InlineData("route add default via 10.255.2.2 table 100")]
    [InlineData("-6 route add default via fd00:255:2::2")]
    [InlineData("route add default table 100 nexthop via 10.255.1.2 nexthop via 10.255.2.2")]
    public void The_way_into_the_world_is_refused_and_a_gateways_address_is_not(string route)
    {
        using var scene = new Scene();
        scene.Network.AddMachine("vm", "vm0");
        Assert.Null(Inspect(scene, "vm0").Refusal);

        scene.Host.Run("ip", route);

        Assert.Contains("--this-host", Inspect(scene, "vm0").Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_is_found_by_the_hardware_address_of_the_guest_or_its_host_side_and_by_its_alias()
    {
        using var scene = new Scene();
        scene.Host.Run("ip", "link add vnet7 type veth peer name guest7");
        scene.Host.Run("ip", "link set vnet7 address fe:54:00:aa:bb:01 alias web-7");

        foreach (var selector in new[] { "mac:52:54:00:aa:bb:01", "mac:fe:54:00:aa:bb:01", "alias:web-7" })
        {
            Assert.Equal(new FoundInterface("vnet7", "fe:54:00:aa:bb:01"), Inspect(scene, selector).Interface);
        }

        Assert.Contains("has no interface `mac:52:54:00:aa:bb:02`", Inspect(scene, "mac:52:54:00:aa:bb:02").Refusal, StringComparison.Ordinal);
        scene.Host.Run("ip", "link set guest7 address 52:54:00:aa:bb:01");
        Assert.Contains("several", Inspect(scene, "mac:52:54:00:aa:bb:01").Refusal, StringComparison.Ordinal);
        scene.Host.Run("ip", "link del vnet7"); // the host is every test's
    }

    [Fact]
    public void An_address_of_this_machine_is_not_the_instances()
    {
        using var scene = new Scene();
        var facts = Done(scene.Agent.InspectAsync(new Attachment.Interface(Scene.ClientLink, [TestKit.Network.TestNetwork.Address("10.255.1.1")], []), CancellationToken.None));
        Assert.Contains("10.255.1.1 is an address of this machine", facts.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Chains_of_others_that_drop_what_they_do_not_accept_are_named()
    {
        using var scene = new Scene();
        Assert.Empty(DroppingChain.FindAll());
        scene.Host.Nft("""
            table inet strict {
                chain guard { type filter hook input priority 0; policy drop; accept; }
                chain passes { type filter hook forward priority 0; policy accept; }
                chain regular { drop; }
            }
            table ip old { chain FORWARD { type filter hook forward priority 0; policy drop; accept; }; }
            """);
        try
        {
            Assert.Equal(
                [new("inet", "strict", "guard", "input"), new("ip", "old", "FORWARD", "forward")],
                DroppingChain.FindAll().OrderBy(chain => chain.Family, StringComparer.Ordinal));
        }
        finally
        {
            scene.Host.Nft("delete table inet strict; delete table ip old");
        }
    }

    [Fact]
    public void Rules_of_iptables_before_nf_tables_are_named_by_the_doctor_and_the_preview()
    {
        using var scene = new Scene();
        Assert.Empty(scene.Client.Do(LegacyTables.FindAll));
        try
        {
            scene.Client.Run("iptables-legacy", "-t filter -A FORWARD -p tcp --dport 80 -j DROP");
            scene.Client.Run("ip6tables-legacy", "-t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 81");
        }
        catch (InvalidOperationException unavailable) when (unavailable.Message.Contains("Table does not exist", StringComparison.Ordinal) || unavailable.Message.Contains("can't initialize", StringComparison.Ordinal))
        {
            Assert.Skip("this kernel has no tables of the old iptables (CONFIG_NETFILTER_XTABLES_LEGACY)");
        }

        Assert.Equal(
            [("ip6tables-legacy", "nat"), ("iptables-legacy", "filter")],
            scene.Client.Do(LegacyTables.FindAll).Select(found => (found.Program, string.Join(' ', found.Tables))).Order());
        var doctor = scene.Client.Do(() => PortlightProgram.Run("doctor", "--data", "/nowhere")).Output;
        Assert.Contains("iptables-legacy has tables (filter)", doctor, StringComparison.Ordinal);
        Assert.Contains("ip6tables-legacy has tables (nat)", doctor, StringComparison.Ordinal);
        var host = scene.Client.Do(() => Done(scene.Agent.InspectAsync(new Attachment.ThisHost([], []), CancellationToken.None)));
        Assert.Contains(host.Unseen, sentence => sentence.StartsWith("ip6tables-legacy has a nat table", StringComparison.Ordinal));
    }

    [Fact]
    public void Forwarding_that_is_off_is_named_and_not_switched_on()
    {
        using var scene = new Scene();
        Assert.Empty(HostCheck.Run().Problems);
        File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "0");
        try
        {
            scene.Put(Scene.Lab(9, PortSet.Empty));
            var check = HostCheck.Run();
            Assert.True(check.CanEnforce && check.CanMakeLab);
            Assert.Contains("net.ipv4.ip_forward", Assert.Single(check.Problems), StringComparison.Ordinal);
            Assert.Equal("0", File.ReadAllText("/proc/sys/net/ipv4/ip_forward").Trim());
        }
        finally
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
        }
    }

    // The agent looks at once; there is nothing to wait for.
    private static AttachmentFacts Inspect(Scene scene, string name) => Done(scene.Agent.InspectAsync(new Attachment.Interface(name, [], []), CancellationToken.None));

    private static AttachmentFacts Done(Task<AttachmentFacts> look) => look.GetAwaiter().GetResult();
}
