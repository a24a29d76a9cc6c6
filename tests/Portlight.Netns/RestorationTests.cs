using System.Net;
using System.Text;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit;
using Portlight.TestKit.Network;

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

        Assert.Equal(new Restoration(HadFile: true, 3, null), scene.Host.Do(() => Restoration.Run(scene.Options.AppliedFile!, Scene.Installation, "/nowhere")));

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
        var ruleset = TableListing.WithoutOwner(scene.Host.Run("nft", "-a list table inet portlight"));

        scene.Options = scene.Options with { MayOwnTable = true };
        scene.RestartAgent();

        // With the handles: what is made again has others.
        Assert.Equal(ruleset, TableListing.WithoutOwner(scene.Host.Run("nft", "-a list table inet portlight")));
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

        Assert.Equal(new Restoration(HadFile: true, 1, "is damaged in line 2"), restored);
        Assert.DoesNotContain("22", string.Concat(Listed(scene).Where(line => line.Contains("elements", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.NotEmpty(Listed(scene));
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

    private static Packet ToLab(string packet) => PacketTrial.Read(packet) with { Destination = Scene.PublicIpv4(9) };

    /// <summary>The table as others see it; the order of a set's elements is the kernel's own affair.</summary>
    private static string[] Listed(Scene scene) => [.. TableListing.WithoutOwner(scene.Host.Run("nft", "list table inet portlight")).Split(['\n', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.TrimEnd('}', ' ').Replace("elements = { ", "", StringComparison.Ordinal)).Where(line => line.Length > 0).Order(StringComparer.Ordinal)];
}
