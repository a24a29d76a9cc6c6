using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Portlight.Cluster.Chaos;

/// <summary>
/// Three servers on the sample's machines, of which everything is killed, frozen and cut at random while callers write and read. PORTLIGHT_STORM=1: five minutes;
/// PORTLIGHT_STORM_SEED is what the chances are drawn from.
/// </summary>
public sealed partial class ChaosTests : IAsyncLifetime
{
    private const int Instances = 12;

    private static readonly bool Storm = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1";
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PORTLIGHT_STORM_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20261127;
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(5);

    private readonly TwoServers _cluster = new() { HasThirdServer = true };

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Storm, "takes minutes: PORTLIGHT_STORM=1 runs it");
        await _cluster.InitializeAsync();
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Whatever_is_killed_frozen_or_cut_callers_see_one_register_for_each_instance_and_nothing_acknowledged_is_lost()
    {
        using var proxy = _cluster.Client();
        List<SignedCaller> servers = [.. _cluster.Machines.Select(machine => _cluster.Client(machine))];
        var clients = new ChaosClients(proxy, servers);
        var instances = Enumerable.Range(0, Instances).Select(number => $"web-{number}").ToList();
        var body = $$"""{"instanceNames":[{{string.Join(',', instances.Select(name => $"\"{name}\""))}}],"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0"}""";
        Assert.Equal(200, (await proxy.CallAsync("CreateInstances", body))?.Status);
        foreach (var instance in instances)
        {
            Assert.True(await clients.WriteAsync(instance));
        }

        Say($"seed {Seed}");
        var faults = new ChaosFaults(_cluster, new Random(Seed), Say);
        using (var until = new CancellationTokenSource(Length))
        {
            await Task.WhenAll(clients.RunAsync(instances, until.Token), faults.RunAsync(until.Token));
        }

        // A quiet moment: all is back, and each server is read once more.
        foreach (var server in servers)
        {
            await Waiting.UntilAsync(server.IsHealthyAsync, () => $"a server that is well\n{_cluster.Log()}");
            foreach (var instance in instances)
            {
                await Waiting.UntilAsync(async () => await clients.ReadAsync(instance, server) is not null, () => $"a read\n{_cluster.Log()}");
            }
        }

        var histories = clients.Histories.ToList();
        Say($"{string.Join(", ", faults.Made.Select(one => $"{one.Value} × {one.Key}"))}");
        Say($"{clients.Acknowledged.Count} writes acknowledged, {clients.Unanswered} without an answer, {clients.Reads} reads; longest history {histories.Max(history => history.Count())}");
        var began = Stopwatch.GetTimestamp();
        var violations = histories.Select(history => (history.Key, Violation: Linearizability.FindViolation(history, initial: -1), history)).Where(one => one.Violation is not null).ToList();
        Say($"{violations.Count} histories that are not linearizable, found in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.True(violations.Count == 0, string.Join("\n\n", violations.Select(one => $"{one.Key}: {one.Violation}\n{Around(one.history, one.Violation!)}")));
        await AuditAsync(clients.Acknowledged);
    }

    /// <summary>The chain is whole wherever it is read, and has each acknowledged write once.</summary>
    private async Task AuditAsync(IReadOnlyCollection<string> acknowledged)
    {
        foreach (var machine in _cluster.Machines)
        {
            var (code, output, error) = machine.Portlight("audit", "verify");
            Assert.True(code == 0, output + error);
        }

        Dictionary<string, int> times = [];
        await Waiting.UntilAsync(
            async () =>
            {
                times.Clear();
                foreach (var line in await Task.Run(() => Directory.GetFiles(_cluster.One.Lib("portlight/audit"), "*.jsonl").SelectMany(File.ReadLines).ToList()))
                {
                    foreach (var id in Identifier().Matches(line).Select(found => found.Groups["id"].Value).Distinct())
                    {
                        times[id] = times.GetValueOrDefault(id) + 1;
                    }
                }

                return acknowledged.All(times.ContainsKey);
            },
            () => $"{acknowledged.Count(id => !times.ContainsKey(id))} of {acknowledged.Count} acknowledged writes in the audit log",
            everyMilliseconds: 1_000);
        Assert.All(acknowledged, id => Assert.Equal(1, times[id]));
        Say($"audit chain whole at three servers; {acknowledged.Count} acknowledged writes in it once each");
    }

    private static string Around(IEnumerable<Act> history, Act violation) => string.Join('\n', history.Where(act => act.Start <= violation.End && act.End >= violation.Start - Stopwatch.Frequency).OrderBy(act => act.Start).Take(60));

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    [GeneratedRegex("\"id\":\"(?<id>[0-9a-f-]{36})\"")]
    private static partial Regex Identifier();
}
