using Portlight.Domain;
using Portlight.Fleet;

namespace Portlight.Server.Tests.Sharing;

/// <summary>What a server tells the others of a host whose agent it has, with its beat.</summary>
public sealed class TellingTests
{
    [Fact]
    public async Task What_is_new_of_a_host_is_told_with_the_next_beat_however_often_nothing_was_new()
    {
        await using var scene = await BeatScene.StartAsync();
        var agent = new ScriptedAgent();
        using var connection = scene.Hosts.Connect("fra-07", agent, await scene.TakeAsync());
        await scene.Hosts.Find("fra-07")!.ConfirmAsync(scene.Store.Revision, TimeSpan.FromMinutes(1));
        foreach (var makesLab in new[] { true, false, true })
        {
            agent.MakesLab = makesLab;
            for (var beat = 0; beat < 3; beat++)
            {
                await scene.BeatAsync(after: ServerRoll.BeatEvery);
                Assert.Equal(makesLab, Told(scene).Status!.MakesLab);
            }
        }
    }

    private static HostReport Told(BeatScene scene) => HostReport.Read(scene.Link.Report)!;
}
