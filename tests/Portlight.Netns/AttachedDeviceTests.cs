using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What becomes of an attached interface is seen by the agent itself, told, and closed where it can be.</summary>
public sealed class AttachedDeviceTests
{
    private const string VmIpv4 = "203.0.113.50";
    private const string NextIpv4 = "203.0.113.51";

    [Fact]
    public async Task The_next_machine_of_a_name_is_closed_until_it_is_attached_or_is_the_same_again()
    {
        using var scene = new Scene();
        scene.Network.AddMachine("vm", "vm0", VmIpv4);
        var attached = scene.Put(Attached(scene, "vm0", VmIpv4));
        var device = ((Attachment.Interface)attached.Attachment).Device!;

        var next = await ChangeAsync<AgentReport.Unfiltered>(
            scene,
            () =>
            {
                scene.Host.Run("ip", "link del vm0");
                scene.Host.Run("ip", "link add spare0 type veth peer name eth0 netns vm");
                scene.Network.AddMachine("next", "vm0", NextIpv4);
            });
        Assert.Contains("another device", next.Reason, StringComparison.Ordinal);
        Assert.Contains(device, next.Reason, StringComparison.Ordinal);
        using var machine = NetworkNode.Named("next");
        var probe = new Passing(scene, machine, NextIpv4);
        Assert.False(probe.LetsIn(80));
        Assert.IsType<AgentReport.Unfiltered>(Assert.Single(await scene.Agent.ApplyAsync([attached with { Revision = 100 }], [], TestContext.Current.CancellationToken)));

        var same = await ChangeAsync<AgentReport.Applied>(scene, () => scene.Host.Run("ip", $"link set vm0 address {device}"));
        Assert.Null(same.Note);
        Assert.True(probe.Arrives(80));
        Assert.False(probe.LetsIn(81));

        await ChangeAsync<AgentReport.Unfiltered>(
            scene,
            () =>
            {
                scene.Host.Run("ip", "link del vm0");
                scene.Host.Run("ip", "link add vm0 type veth peer name eth0 netns next");
            });
        scene.Put(Attached(scene, "vm0", NextIpv4));
    }

    [Fact]
    public async Task What_leaves_for_another_namespace_is_waited_for_and_known_again_when_it_comes_back_by_another_name()
    {
        using var scene = new Scene();
        scene.Network.AddMachine("vm", "vm0", VmIpv4);
        scene.Put(Attached(scene, "vm0", VmIpv4));

        var gone = await ChangeAsync<AgentReport.Applied>(scene, () => scene.Host.Run("ip", "link set vm0 netns client"));
        Assert.Contains("waits for the interface `vm0`", gone.Note, StringComparison.Ordinal);

        var back = await ChangeAsync<AgentReport.Applied>(scene, () => scene.Client.Run("ip", $"link set vm0 netns {Environment.ProcessId} name lan0"));
        Assert.Contains("called `lan0` now", back.Note, StringComparison.Ordinal);
        scene.Host.Run("ip", "link set lan0 name vm0");
        Assert.Null(Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise())).Note);
    }

    [Theory]
    [InlineData("route add default via 10.255.2.2", "route del default")]
    [InlineData("link add upper0 link vm0 type macvlan", "link del upper0")]
    public async Task What_makes_an_interface_unfit_after_it_was_attached_is_told(string change, string back)
    {
        using var scene = new Scene();
        scene.Network.AddMachine("vm", "vm0", VmIpv4);
        scene.Put(Attached(scene, "vm0", VmIpv4));

        await ChangeAsync<AgentReport.Unfiltered>(scene, () => scene.Host.Run("ip", change));
        await ChangeAsync<AgentReport.Applied>(scene, () => scene.Host.Run("ip", back));
    }

    [Fact]
    public async Task Machines_that_come_and_go_beside_are_no_change()
    {
        using var scene = new Scene();
        scene.Network.AddMachine("vm", "vm0", VmIpv4);
        scene.Put(Attached(scene, "vm0", VmIpv4));
        var drift = scene.Agent.DriftAsync(TestContext.Current.CancellationToken);
        scene.Network.AddMachine("other", "other0", Passing.OpenIpv4);

        // What is seen in the end is the one thing that concerns an attachment.
        scene.Host.Run("ip", "link set vm0 name lan0");
        await drift.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        scene.Synchronise();
        Assert.Equal(0, scene.Agent.Status.DriftRepairs);
        scene.Host.Run("ip", "link set lan0 name vm0");
    }

    internal static DesiredInstance Attached(Scene scene, string link, string address)
    {
        var found = scene.Agent.InspectAsync(new Attachment.Interface(link, [], []), CancellationToken.None).GetAwaiter().GetResult().Interface!;
        return Scene.Lab(50, Ports.Of("80/tcp")) with
        {
            Attachment = new Attachment.Interface(found.Name, [TestNetwork.Address(address)], []) { Device = found.Device },
            NamespaceName = null,
        };
    }

    /// <summary>Changes something, which the agent must see by itself, and compares until the report is of the kind.</summary>
    private static async Task<T> ChangeAsync<T>(Scene scene, Action change)
        where T : AgentReport
    {
        var drift = scene.Agent.DriftAsync(TestContext.Current.CancellationToken);
        change();
        while (true)
        {
            await drift.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
            if (Assert.Single(scene.Synchronise()) is T report)
            {
                return report;
            }

            drift = scene.Agent.DriftAsync(TestContext.Current.CancellationToken);
        }
    }
}
