using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Interfaces of names that an attachment closes, with packets: from the first one on, without anybody who follows.</summary>
public sealed class ClosedNamesTests
{
    private const string Guest = "mac:52:54:00:aa:bb:78";
    private const string VmIpv4 = "203.0.113.50";

    [Fact]
    public async Task Unknown_ones_are_closed_until_they_are_attached_or_what_closed_them_is_detached()
    {
        using var scene = new Scene();
        Put(scene, "vnet*");
        var stranger = new Passing(scene, scene.Network.AddMachine("stranger", "vnet1", "203.0.113.51"), "203.0.113.51");
        Assert.False(stranger.LetsIn(80));

        // The one that is waited for is open as its ports say as soon as it is known, and was closed before.
        var machine = scene.Network.AddMachine("vm", "vnet0", VmIpv4);
        var vm = stranger.Beside(machine, VmIpv4);
        Assert.False(vm.LetsIn(80));
        var drift = scene.Agent.DriftAsync(TestContext.Current.CancellationToken);
        scene.Host.Run("ip", $"link set vnet0 address fe{Guest[6..]}");
        await drift.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        Assert.True(vm.Arrives(80));
        Assert.False(vm.LetsIn(81));

        var other = scene.Put(Scene.Lab(51, Ports.Of("81/tcp")) with { Attachment = new Attachment.Interface("vnet1", [], []), NamespaceName = null });
        Assert.True(stranger.Arrives(81));
        scene.Remove(other.Index);
        Assert.False(stranger.LetsIn(81));
        scene.Remove(50);
        Assert.True(stranger.Arrives(80));
    }

    [Fact]
    public void They_stay_closed_through_changes_restarts_and_boots_and_other_choices_replace_them()
    {
        using var scene = new Scene();
        Put(scene, "vnet*");
        var stranger = new Passing(scene, scene.Network.AddMachine("stranger", "vnet1", "203.0.113.51"), "203.0.113.51");
        scene.Put(Scene.Lab(7, Ports.Of("443/tcp")));
        Assert.False(stranger.LetsIn(80));
        scene.Host.Run("nft", "flush ruleset");
        scene.Synchronise();
        Assert.False(stranger.LetsIn(80));
        scene.RestartAgent();
        Assert.False(stranger.LetsIn(80));
        scene.StopAgent();
        scene.Host.Run("nft", "flush ruleset");
        RestorationTests.Restore(scene);
        Assert.False(stranger.LetsIn(80));

        scene.RestartAgent();
        Put(scene, "tap*");
        Assert.True(stranger.Arrives(80));
    }

    [Fact]
    public void A_name_that_the_way_into_the_world_has_is_refused_and_those_that_would_close_are_named()
    {
        using var scene = new Scene();
        scene.Network.AddMachine("vm", "vnet0", VmIpv4);
        scene.Network.AddMachine("next", "vnet1", "203.0.113.51");
        var facts = Inspect(scene, "vnet*");
        Assert.Null(facts.Refusal);
        Assert.Equal(["vnet0", "vnet1"], facts.Matching);

        scene.Host.Run("ip", "route add default dev vnet1");
        facts = Inspect(scene, "vnet*");
        Assert.Contains("`vnet*` would close `vnet1`", facts.Refusal, StringComparison.Ordinal);
        Assert.False(facts.IsMissing);
    }

    private static AttachmentFacts Inspect(Scene scene, string closes) =>
        scene.Agent.InspectAsync(new Attachment.Interface("vnet0", [], []) { ClosedNames = [closes] }, CancellationToken.None).GetAwaiter().GetResult();

    private static void Put(Scene scene, string closes) => scene.Put(
        Scene.Lab(50, Ports.Of("80/tcp")) with { Attachment = new Attachment.Interface("", [], []) { Selector = Guest, ClosedNames = [closes] }, NamespaceName = null });
}
