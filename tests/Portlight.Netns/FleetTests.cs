using Portlight.TestKit;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>A server and two machines with agents of their own and kernels of their own, by the commands that an operator types; and packets.</summary>
public sealed class FleetTests : IDisposable
{
    private readonly FleetStage _stage = new(21830, "fra", "ams");

    private int First => _stage.First;

    private int Second => _stage.Second;

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void Machines_that_have_joined_are_filtered_by_what_the_server_says_with_it_and_without_it()
    {
        var server = _stage.Start();
        foreach (var machine in _stage.Machines)
        {
            _stage.Join(machine);
            Assert.Contains("0 instances", _stage.StartAgent(machine).Ready, StringComparison.Ordinal);
        }

        Until.True(() => !_stage.IsAway("fra"), "the agents' connections");
        _stage.Run("attach", "fra-web", "--host", "fra", "--this-host", "--open", $"udp:{First}", "--yes");
        Until.True(() => _stage.Passes("fra", First, closed: Second), "the attachment on fra");
        Assert.True(_stage.Opens("ams", Second) && _stage.Opens("ams", First), "a machine that is not attached is not filtered");

        _stage.Run("ports", "fra-web", $"{Second}/udp", "--yes");
        Until.True(() => _stage.Passes("fra", Second, closed: First), "the change on fra");

        // Without the server what is in force stays, and so it does without the agent.
        Until.True(() => _stage.Keeps("fra", Second), "the change on the disk of fra");
        _stage.Served.End(server, ServeProcess.KillSignal);
        Assert.True(_stage.Opens("fra", Second, closed: First));
        _stage.EndAgent("fra");
        Assert.True(_stage.Opens("fra", Second, closed: First));

        // A boot: the kernel knows nothing any more, and there is no server.
        _stage.Node("fra").Run("nft", "delete table inet portlight");
        Assert.True(_stage.Opens("fra", First) && _stage.Opens("fra", Second));
        Assert.Contains("1 instance of fra", _stage.StartAgent("fra").Ready, StringComparison.Ordinal);
        Assert.True(_stage.Opens("fra", Second, closed: First));

        // What is not confirmed below is gone again before anybody waits a minute for it.
        _stage.Start("--confirm-timeout", "2s");
        Until.True(() => !_stage.IsAway("fra"), "the agent's way back");
        _stage.Run("ports", "fra-web", $"{First}/udp", "--yes");
        Until.True(() => _stage.Passes("fra", First, closed: Second), "a change after all of that");

        // A change after which no answer of the machine arrives any more, wherever that is lost: it takes effect, and is gone again in a while.
        _stage.Network.Host.Nft($"table inet lost {{ chain in {{ type filter hook prerouting priority -400; iifname fra0 ip daddr 10.255.1.1 tcp dport {_stage.Door} drop; }}; }}");
        _stage.Run("open", "fra-web", $"{Second}/udp");
        Until.True(() => _stage.Passes("fra", Second), "the change that cuts the machine off");
        Until.True(() => _stage.Passes("fra", First, closed: Second), "its reversal by the agent");
        _stage.Network.Host.Nft("delete table inet lost");
        Until.True(() => !_stage.Run("ports", "fra-web").Contains($"{Second}/udp", StringComparison.Ordinal), "word of the reversal");
        Assert.True(_stage.Opens("fra", First, closed: Second));

        // The authority that they all know is replaced, and none of them notices.
        _stage.Run("host", "rotate-authority", "--begin");
        Until.True(() => PortlightProgram.Run("host", "rotate-authority", "--data", _stage.Served.Data("server")).Code == 0, "certificates of the new authority for all");
        Assert.Contains("one authority", _stage.Run("host", "rotate-authority", "--finish"), StringComparison.Ordinal);
        Until.True(() => _stage.Machines.All(machine => !_stage.IsAway(machine)), "the agents' way back");
        _stage.Run("ports", "fra-web", $"{Second}/udp", "--yes");
        Until.True(() => _stage.Passes("fra", Second, closed: First), "a change under the new authority");
    }
}
