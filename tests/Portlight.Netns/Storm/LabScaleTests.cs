using System.Diagnostics;
using Portlight.AgentProtocol;

namespace Portlight.Netns.Storm;

/// <summary>How long things take with many lab instances. Asserts nothing about time: the machine may be busy. bench/README.md has what it said.</summary>
public sealed class LabScaleTests
{
    [Fact]
    public async Task Everything_is_made_compared_and_removed_with_hundreds_of_lab_instances()
    {
        // PORTLIGHT_STORM=1 makes it five hundred.
        var count = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 500 : 20;
        using var scene = new Scene();
        var all = Enumerable.Range(1, count).Select(Instance).ToList();
        var said = new List<string>();

        await TimeAsync("made", () => scene.Agent.SynchroniseAsync(all, TestContext.Current.CancellationToken));
        for (var i = 0; i < 3; i++)
        {
            var reports = await TimeAsync("compared", () => scene.Agent.SynchroniseAsync(all, TestContext.Current.CancellationToken));
            Assert.All(reports, report => Assert.IsType<AgentReport.Applied>(report));
        }

        await TimeAsync("one Put", () => scene.Agent.ApplyAsync([all[0] with { Ports = Ports.Of("81/tcp"), Revision = 10_000 }], [], TestContext.Current.CancellationToken));
        Assert.Equal(0, scene.Agent.Status.DriftRepairs);
        await TimeAsync("a half removed", () => scene.Agent.ApplyAsync([], [.. all.Take(count / 2).Select(instance => instance.Index)], TestContext.Current.CancellationToken));
        scene.StopAgent();
        var clock = Stopwatch.StartNew();
        Assert.Equal(count - (count / 2), Scene.TearDown().LabInstances);
        said.Add($"torn down in {clock.ElapsedMilliseconds} ms");
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} lab instances: {string.Join(", ", said)}");

        async Task<T> TimeAsync<T>(string what, Func<Task<T>> work)
        {
            var watch = Stopwatch.StartNew();
            var result = await work();
            said.Add($"{what} in {watch.Elapsed.TotalMilliseconds:F1} ms");
            return result;
        }
    }

    private static DesiredInstance Instance(int index) => Scene.Lab(1, Ports.Of("80/tcp"), $"pl-scale-{index}") with
    {
        Index = index,
        Revision = index,
        PublicAddresses = [new([203, 0, (byte)(index / 250), (byte)(1 + (index % 250))])],
        PrivateAddress = new([172, 26, (byte)(index / 250), (byte)(1 + (index % 250))]),
    };
}
