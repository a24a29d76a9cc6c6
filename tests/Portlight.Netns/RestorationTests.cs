using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Portlight.Agent;
using Portlight.Agent.Applied;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>The rules of the last run, put back into the kernel of a boot before anything else is there.</summary>
public sealed class RestorationTests
{
    private static readonly IPAddress HostAddress = TestNetwork.Address("10.255.1.1");

    private static DesiredInstance ThisHost(long index, string ports) =>
        Scene.Lab(index, Ports.Of(ports)) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null, PublicAddresses = [], PrivateAddress = null };

    [Fact]
    public void After_a_boot_the_rules_are_those_of_the_last_run()
    {
        using var scene = new Scene(ConnectionPolicy.Drain, new ListenAddress(Cidr.Of(HostAddress), 8580));
        scene.Put(ThisHost(3, "22/tcp; 5000-6000/udp from 198.51.100.0/24; 8:0/icmp"));
        scene.Put(Scene.Lab(4, Ports.Of("443/tcp")) with { Attachment = new Attachment.Interface("vc7", [], []), NamespaceName = null });
        var lab = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var ruleset = Listed(scene);
        scene.StopAgent();
        scene.Host.Nft("flush ruleset");

        Assert.Equal(new Restoration(HadFile: true, 3, null), scene.Host.Do(() => Restoration.Run(scene.Options.AppliedFile!, Scene.Installation, "/nowhere") with { Loaded = null }));

        Assert.Equal(ruleset, Listed(scene));
        var probe = scene.Probe(scene.FromClient, lab, scene.Inside(lab));
        Assert.Equal([true, false], probe.Verdicts(ToLab("80/tcp from 198.51.100.1"), ToLab("81/tcp from 198.51.100.1")));
    }

    [Fact]
    public void The_agent_that_comes_after_it_changes_nothing()
    {
        using var scene = new Scene();
        scene.Put(ThisHost(3, "22/tcp"));
        scene.StopAgent();
        scene.Host.Nft("flush ruleset");
        scene.Host.Do(() => Restoration.Run(scene.Options.AppliedFile!, Scene.Installation, "/nowhere"));
        var ruleset = TableListing.AsWritten(scene.Host.Run("nft", "-a list table inet portlight"));

        scene.Options = scene.Options with { MayOwnTable = true };
        scene.RestartAgent();

        // With the handles: what is made again has others.
        Assert.Equal(ruleset, TableListing.AsWritten(scene.Host.Run("nft", "-a list table inet portlight")));
    }

    [Fact]
    public void A_damaged_file_closes_what_it_names()
    {
        using var scene = new Scene();
        scene.Put(ThisHost(3, "22/udp"));
        using var server = scene.Host.Udp(new IPEndPoint(HostAddress, 22));
        using var client = scene.Client.Udp(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 0));
        client.SendTo([1], server.LocalEndPoint!);
        Assert.Equal(1, server.Receive(new byte[8]));
        scene.StopAgent();
        scene.Host.Nft("flush ruleset");
        var file = File.ReadAllText(scene.Options.AppliedFile!, Encoding.UTF8);
        var broken = file.Replace("\"to\":22", "\"to\":29", StringComparison.Ordinal);
        Assert.NotEqual(file, broken);
        File.WriteAllText(scene.Options.AppliedFile!, broken + file.Split('\n')[^2] + "\n");

        var restored = scene.Host.Do(() => Restoration.Run(scene.Options.AppliedFile!, Scene.Installation, "/nowhere"));

        Assert.Equal(new Restoration(HadFile: true, 1, "is damaged in line 2"), restored with { Loaded = null });
        Assert.DoesNotContain("22", string.Concat(Listed(scene).Where(line => line.Contains("elements", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.NotEmpty(Listed(scene));

        // Closed is not cut off: what the machine begins now is answered, and nothing of before.
        client.SendTo([2], server.LocalEndPoint!);
        server.SendTo([3], client.LocalEndPoint!);
        using var asking = scene.Host.Udp(new IPEndPoint(HostAddress, 0));
        Assert.Equal([7], Asked(asking, client));
        Assert.Equal(0, server.Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_device_of_an_attached_name_stays_closed_unless_the_name_alone_decides(bool byName)
    {
        using var scene = new Scene();
        scene.Network.AddMachine("vm", "vm0", "203.0.113.50");
        var attached = AttachedDeviceTests.Attached(scene, "vm0", "203.0.113.50");
        var place = (Attachment.Interface)attached.Attachment;
        scene.Put(attached with { Attachment = place with { Device = byName ? null : place.Device } });
        scene.StopAgent();
        scene.Host.Run("ip", "link set vm0 name old0");
        scene.Host.Run("ip", "link set old0 address fe:54:00:aa:bb:01");
        var next = scene.Network.AddMachine("next", "vm0", "203.0.113.51");
        var probe = new Passing(scene, next, "203.0.113.51");

        Restore(scene);
        Assert.Equal(byName, probe.LetsIn(80));
        Assert.False(probe.LetsIn(81));

        // The same hardware address is the same device; the server goes by the same rule.
        scene.Host.Run("ip", $"link set vm0 address {place.Device}");
        Restore(scene);
        Assert.True(probe.LetsIn(80));
        Assert.False(probe.LetsIn(81));
    }

    [Fact]
    public void A_device_that_has_another_name_at_the_boot_is_filtered_as_what_it_is()
    {
        using var scene = new Scene();
        var vm = scene.Network.AddMachine("vm", "vm0", "203.0.113.50");
        scene.Put(AttachedDeviceTests.Attached(scene, "vm0", "203.0.113.50"));
        scene.StopAgent();
        scene.Host.Run("ip", "link set vm0 name eth7");

        Restore(scene);

        var probe = new Passing(scene, vm, "203.0.113.50");
        Assert.True(probe.LetsIn(80));
        Assert.False(probe.LetsIn(81));
    }

    [Fact]
    public void A_file_that_does_not_say_which_device_was_attached_closes_its_interfaces_until_the_server_comes()
    {
        using var scene = new Scene();
        var vm = scene.Network.AddMachine("vm", "vm0", "203.0.113.50");
        scene.Put(AttachedDeviceTests.Attached(scene, "vm0", "203.0.113.50"));
        scene.Put(ThisHost(3, "22/tcp"));
        scene.StopAgent();
        var lines = File.ReadAllLines(scene.Options.AppliedFile!).Select(line => JsonNode.Parse(line[9..])!.AsObject()).ToList();
        lines[0]["version"] = 1;
        Assert.Equal(1, lines.Count(line => line.Remove("hardwareAddress")));
        File.WriteAllBytes(scene.Options.AppliedFile!, [.. lines.SelectMany(line => AppliedLine.Of(line, (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject))))]);

        Restore(scene);
        var probe = new Passing(scene, vm, "203.0.113.50");
        Assert.False(probe.LetsIn(80));
        Assert.Contains("tcp . 22", string.Concat(Listed(scene)), StringComparison.Ordinal);

        scene.RestartAgent();
        Assert.True(probe.Arrives(80));
        Assert.False(probe.LetsIn(81));
    }

    [Fact]
    public void A_data_directory_that_does_not_know_whose_it_is_any_more_has_rules_that_do()
    {
        using var scene = new Scene();
        scene.Put(ThisHost(3, "22/tcp"));
        scene.StopAgent();
        scene.Host.Nft("flush ruleset");
        var directory = Path.GetDirectoryName(scene.Options.AppliedFile!)!;
        File.WriteAllText(Path.Combine(directory, "installation"), "no number\n");

        var (code, output, error) = scene.Host.Do(() => PortlightProgram.Run("restore-rules", "--data", directory));

        Assert.True(code == 0, error);
        Assert.Contains("restored 1 attachment", output, StringComparison.Ordinal);
        Assert.Contains("is damaged", error, StringComparison.Ordinal);
        Assert.Contains(Scene.Installation.ToString(), string.Concat(Listed(scene)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_known_from_elsewhere_to_have_been_attached_is_closed_where_the_file_is_not_whole()
    {
        using var scene = new Scene();
        var vm = scene.Network.AddMachine("vm", "vm0", "203.0.113.50");
        var attached = scene.Put(AttachedDeviceTests.Attached(scene, "vm0", "203.0.113.50"));
        scene.StopAgent();
        scene.Host.Nft("flush ruleset");
        File.Delete(scene.Options.AppliedFile!);
        // Under another name, too: which device it was is known.
        scene.Host.Run("ip", "link set vm0 name eth7");

        var restored = scene.Host.Do(() => Restoration.Run(scene.Options.AppliedFile!, Scene.Installation, "/nowhere", attached.Attachment, new Attachment.ThisHost([], []), new Attachment.Lab()));

        Assert.Equal(new Restoration(HadFile: true, 2, "is not there"), restored with { Loaded = null });
        var probe = new Passing(scene, vm, "203.0.113.50");
        Assert.False(probe.LetsIn(80));
        Assert.False(probe.LetsIn(81));
    }

    [Fact]
    public void Without_a_file_the_kernel_is_left_alone()
    {
        using var scene = new Scene();
        scene.StopAgent();
        scene.Host.Nft("flush ruleset");
        File.Delete(scene.Options.AppliedFile!);

        Assert.Equal(new Restoration(HadFile: false, 0, null), scene.Host.Do(() => Restoration.Run(scene.Options.AppliedFile!, Scene.Installation, "/nowhere")));

        Assert.Equal("", scene.Host.Run("nft", "list tables"));
    }

    /// <summary>What comes back to a question.</summary>
    private static byte[] Asked(Socket asking, Socket asked)
    {
        asking.SendTo([6], asked.LocalEndPoint!);
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        var buffer = new byte[8];
        while (asked.ReceiveFrom(buffer, ref from) != 1 || buffer[0] != 6)
        {
            // What the server sent before.
        }

        asked.SendTo([7], from);
        return buffer[..asking.Receive(buffer)];
    }

    internal static void Restore(Scene scene)
    {
        scene.Host.Nft("flush ruleset");
        Assert.Null(scene.Host.Do(() => Restoration.Run(scene.Options.AppliedFile!, Scene.Installation, "/nowhere")).Damage);
    }

    private static Packet ToLab(string packet) => PacketTrial.Read(packet) with { Destination = Scene.PublicIpv4(9) };

    /// <summary>The table as others see it; the order of a set's elements is the kernel's own affair.</summary>
    private static string[] Listed(Scene scene) => [.. TableListing.AsWritten(scene.Host.Run("nft", "list table inet portlight")).Split(['\n', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.TrimEnd('}', ' ').Replace("elements = { ", "", StringComparison.Ordinal)).Where(line => line.Length > 0).Order(StringComparer.Ordinal)];
}
