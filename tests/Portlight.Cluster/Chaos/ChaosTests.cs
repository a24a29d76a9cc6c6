using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Portlight.Cluster.Chaos;

/// <summary>
/// Three servers on the sample's machines, and twenty machines with agents and kernels of their own, of which everything is killed, frozen, slowed and cut at random while callers write and read. At each
/// quiet moment every kernel holds what was acknowledged. PORTLIGHT_STORM=1: five minutes; PORTLIGHT_STORM_SEED is what the chances are drawn from.
/// </summary>
[Trait("machine", "alone")]
public sealed class ChaosTests : IAsyncLifetime
{
    private const int Rounds = 5;

    private static readonly bool Storm = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1";
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PORTLIGHT_STORM_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20261127;
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    private readonly TwoServers _cluster = new() { HasThirdServer = true, HasAgents = true };

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
        using var fleet = new ChaosFleet(machines: 20, guests: 10);
        await fleet.FurnishAsync(proxy);
        var instances = fleet.Instances;
        foreach (var instance in instances)
        {
            Assert.True(await clients.WriteAsync(instance));
        }

        Say($"seed {Seed}");
        using var faults = new ChaosFaults(_cluster, Seed, Say);
        for (var round = 1; round <= Rounds; round++)
        {
            using (var until = new CancellationTokenSource(Round))
            {
                await Task.WhenAll(clients.RunAsync(instances, until.Token), faults.RunAsync(until.Token), fleet.DisturbAsync(Seed + round, until.Token));
            }

            var began = Stopwatch.GetTimestamp();
            IReadOnlyDictionary<string, int> values;
            try
            {
                values = await SettleAsync(clients, instances, servers);
            }
            catch
            {
                // What callers saw until then is looked at, whether all is back or not.
                RequireOneRegisterEach(clients);
                throw;
            }

            await ChaosFleet.SettleAsync(proxy);
            var differences = fleet.Differences(values.ToDictionary(one => one.Key, one => ChaosClients.Ports(one.Value)));
            Say($"round {round}: quiet after {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s; {fleet.Packets} packets looked at, {differences.Count} wrong; {clients.Acknowledged.Count} writes acknowledged, {clients.Unanswered} without an answer, {clients.Reads} reads");
            Assert.True(differences.Count == 0, string.Join('\n', differences));
            // At each quiet moment: what was found until then stands, whatever becomes of the rest.
            RequireOneRegisterEach(clients);
        }

        Say($"{string.Join(", ", faults.Made.Concat(fleet.Faults).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Value} × {one.Key}"))}");
        Say(string.Join('\n', TakenUpAgain().DefaultIfEmpty("no standby had to be taken up again")));
        await AuditAsync(clients.Acknowledged);
    }

    private static void RequireOneRegisterEach(ChaosClients clients)
    {
        var histories = clients.Histories.ToList();
        var search = Stopwatch.GetTimestamp();
        var violations = histories.Select(history => (history.Key, Violation: Linearizability.FindViolation(history, initial: -1), history)).Where(one => one.Violation is not null).ToList();
        Say($"{violations.Count} of {histories.Count} histories are not linearizable, found in {Stopwatch.GetElapsedTime(search).TotalSeconds:0.0} s; the longest has {histories.Max(history => history.Count())} acts");
        Assert.True(violations.Count == 0, string.Join("\n\n", violations.Select(one => $"{one.Key}: {one.Violation}\n{Around(one.history, one.Violation!)}")));
    }

    /// <summary>A quiet moment: all is back, and each server is asked for each instance once more. Returns what the last one says.</summary>
    private async Task<IReadOnlyDictionary<string, int>> SettleAsync(ChaosClients clients, IReadOnlyList<string> instances, IReadOnlyList<SignedCaller> servers)
    {
        await _cluster.WholeAsync();
        var values = new ConcurrentDictionary<string, int>();
        foreach (var server in servers)
        {
            await Waiting.UntilAsync(server.IsHealthyAsync, () => $"a server that is well\n{_cluster.Log()}");
            await Parallel.ForEachAsync(instances, async (instance, _) => await Waiting.UntilAsync(
                async () =>
                {
                    var read = await clients.ReadAsync(instance, server);
                    values[instance] = read?.Value ?? -1;
                    return read is not null;
                },
                () => $"a read\n{_cluster.Log()}"));
        }

        return values;
    }

    /// <summary>The chain is whole wherever it is read, and has each acknowledged write once.</summary>
    private async Task AuditAsync(IReadOnlyCollection<string> acknowledged)
    {
        foreach (var machine in _cluster.Machines)
        {
            var (code, output, error) = machine.Portlight("audit", "verify");
            Assert.True(code == 0, output + error);
        }

        var audited = new AuditedWrites(acknowledged);
        await Waiting.UntilAsync(
            async () =>
            {
                await Task.Run(() => audited.Read(Directory.GetFiles(_cluster.One.Lib("portlight/audit"), "*.jsonl").SelectMany(File.ReadLines)));
                return audited.Missing.Count == 0;
            },
            () => $"{audited.Missing.Count} of {acknowledged.Count} acknowledged writes in the audit log",
            everyMilliseconds: 1_000);
        Assert.Empty(audited.Repeated);
        Say($"audit chain whole at three servers; {acknowledged.Count} acknowledged writes in it once each");
    }

    /// <summary>What the units beside Patroni have written (docs/running-a-fleet.md).</summary>
    private IEnumerable<string> TakenUpAgain() =>
        from machine in _cluster.Machines
        where machine != _cluster.Three
        from line in File.ReadLines(machine.LogOf("patroni-standby"))
        where line.Contains("take it up again", StringComparison.Ordinal)
        select $"{machine.Name}: {line}";

    private static string Around(IEnumerable<Act> history, Act violation) => string.Join('\n', history.Where(act => act.Start <= violation.End && act.End >= violation.Start - Stopwatch.Frequency).OrderBy(act => act.Start).Take(60));

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
