using System.Diagnostics;
using Portlight.Cluster.Chaos;
using Portlight.Cluster.Machines;
using Portlight.TestKit.Serving;

namespace Portlight.Cluster;

/// <summary>
/// Two builds of the command on one database, replaced one server after the other as docs/running-a-fleet.md says, under callers and with agents. PORTLIGHT_OLDER names a build
/// of an earlier commit, PORTLIGHT_TOO_OLD one that cannot read what this version stores; <c>eng/older</c> makes them.
/// </summary>
[Trait("machine", "alone")]
public sealed class RollingUpgradeTests
{
    /// <summary>So many writes are acknowledged between two steps.</summary>
    private const int Writes = 200;

    /// <summary>HAProxy asks a server twice a second how it is.</summary>
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(2);

    private readonly List<(Machine Machine, long From, long To)> _restarts = [];

    [Fact]
    public async Task A_newer_version_comes_server_by_server_and_goes_again_and_callers_and_agents_see_restarts_and_nothing_else()
    {
        Assert.SkipWhen(OlderBuild.Beside is null, "not run: PORTLIGHT_OLDER names no build of an earlier commit");
        await using var cluster = new TwoServers { HasAgents = true, Program = OlderBuild.Beside };
        await cluster.InitializeAsync();
        using var proxy = cluster.Client();
        using var one = cluster.Client(cluster.One);
        using var two = cluster.Client(cluster.Two);
        using var fleet = new ChaosFleet(machines: 3, guests: 4, OlderBuild.Beside);
        await fleet.FurnishAsync(proxy);
        var clients = new ChaosClients(proxy, [one, two]) { Pause = TimeSpan.FromMilliseconds(200) };
        foreach (var instance in fleet.Instances)
        {
            Assert.True(await clients.WriteAsync(instance));
        }

        using var until = new CancellationTokenSource();
        var running = clients.RunAsync(fleet.Instances, until.Token);
        await WorkAsync(clients);
        await ReplaceAsync(cluster, cluster.One, PortlightProgram.Path);
        await WorkAsync(clients);
        // What only the newer one knows is kept by the older, which goes on writing.
        await KeepAsync(one);
        await WorkAsync(clients);
        await fleet.ReplaceAgentsAsync(null);
        await WorkAsync(clients);
        await ReplaceAsync(cluster, cluster.One, OlderBuild.Beside!);
        await WorkAsync(clients);
        await ReplaceAsync(cluster, cluster.Two, PortlightProgram.Path);
        await WorkAsync(clients);
        await ReplaceAsync(cluster, cluster.One, PortlightProgram.Path);
        await WorkAsync(clients);
        await until.CancelAsync();
        await running;

        await RequireKeptAsync(one);
        await RequireKeptAsync(two);
        await RequireNothingLostAsync(cluster, clients, fleet, [one, two]);
        RequireRestartsAlone(cluster, clients, proxy, one);
    }

    [Fact]
    public async Task A_version_that_cannot_read_what_is_stored_does_not_start_and_the_other_server_goes_on()
    {
        Assert.SkipWhen(OlderBuild.TooOld is null, "not run: PORTLIGHT_TOO_OLD names no build of an earlier commit");
        await using var cluster = new TwoServers { HasAgents = true };
        await cluster.InitializeAsync();
        using var proxy = cluster.Client();
        using var one = cluster.Client(cluster.One);
        using var fleet = new ChaosFleet(machines: 1, guests: 2);
        await fleet.FurnishAsync(proxy);
        var clients = new ChaosClients(proxy, [one]);
        var log = cluster.Two.LogOf("portlight");
        var before = File.ReadAllText(log).Length;
        cluster.Two.Install(OlderBuild.TooOld!);
        cluster.Servers[cluster.Two].Signal("TERM");
        var isForgotten = false;
        await Waiting.UntilAsync(
            () =>
            {
                isForgotten = isForgotten || ForgetNewerMirror(cluster.Two, before);
                return Task.FromResult(File.ReadAllText(log)[before..].Contains("of a newer portlight", StringComparison.Ordinal));
            },
            () => $"a refusal\n{cluster.Log()}");
        foreach (var instance in fleet.Instances)
        {
            Assert.True(await clients.WriteAsync(instance));
        }

        await ReplaceAsync(cluster, cluster.Two, PortlightProgram.Path);
        await RequireNothingLostAsync(cluster, clients, fleet, [one]);
    }

    /// <summary><c>systemctl restart portlight</c> after a package was installed, and then waiting for <c>/healthz</c>.</summary>
    private async Task ReplaceAsync(TwoServers cluster, Machine machine, string program)
    {
        using var direct = cluster.Client(machine);
        machine.Install(program);
        var from = File.ReadAllText(machine.LogOf("portlight")).Length;
        var (began, isForgotten) = (Stopwatch.GetTimestamp(), false);
        cluster.Servers[machine].Signal("TERM");
        await Waiting.UntilAsync(async () => !await direct.IsHealthyAsync(), () => $"the end of the server of {machine.Name}\n{cluster.Log()}");
        await Waiting.UntilAsync(
            async () =>
            {
                isForgotten = isForgotten || ForgetNewerMirror(machine, from);
                return await direct.IsHealthyAsync();
            },
            () => $"the server of {machine.Name}\n{cluster.Log()}");
        _restarts.Add((machine, began, Stopwatch.GetTimestamp() + (long)(Noticed.TotalSeconds * Stopwatch.Frequency)));
        Say($"{machine.Name} has {(program == PortlightProgram.Path ? "the newer version" : program)} after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    /// <summary>A build of before HistoryTests.A_mirror_that_a_newer_version_has_left_is_made_anew_by_this_one does not start on such a mirror, and says so: somebody deletes it.</summary>
    private static bool ForgetNewerMirror(Machine machine, int from)
    {
        if (!File.ReadAllText(machine.LogOf("portlight"))[from..].Contains("knows up to", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var file in Directory.GetFiles(machine.Lib("portlight"), "mirror.db*"))
        {
            File.Delete(file);
        }

        Say($"{machine.Name} had the mirror of a newer version, which this build does not know");
        return true;
    }

    private static async Task WorkAsync(ChaosClients clients)
    {
        var before = clients.Acknowledged.Count;
        await Waiting.UntilAsync(() => Task.FromResult(clients.Acknowledged.Count >= before + Writes), () => $"{Writes} writes; {clients.Acknowledged.Count - before} were acknowledged");
    }

    private static async Task KeepAsync(SignedCaller newer) =>
        Assert.Equal(200, (await newer.CallAsync("Portlight_20261122.PutNamedNetwork", """{"networkName":"office","cidrs":["192.0.2.0/24"]}"""))?.Status);

    private static async Task RequireKeptAsync(SignedCaller server) =>
        Assert.Contains("office", (await server.CallAsync("Portlight_20261122.GetAddressBook", "{}"))?.Body, StringComparison.Ordinal);

    private static async Task RequireNothingLostAsync(TwoServers cluster, ChaosClients clients, ChaosFleet fleet, IReadOnlyList<SignedCaller> servers)
    {
        var values = new Dictionary<string, int>();
        foreach (var instance in fleet.Instances)
        {
            foreach (var server in servers)
            {
                values[instance] = (await clients.ReadAsync(instance, server))!.Value.Value;
            }
        }

        await ChaosFleet.SettleAsync(servers[0]);
        var open = values.ToDictionary(one => one.Key, one => ChaosClients.Ports(one.Value));
        Assert.Empty(fleet.Differences(open));
        // So that it would be seen: each instance as if another value had been acknowledged.
        var others = fleet.Differences(values.ToDictionary(one => one.Key, one => ChaosClients.Ports(one.Value + 100)));
        Assert.All(open.Keys, instance => Assert.Contains(others, difference => difference.StartsWith(instance + ",", StringComparison.Ordinal)));
        Assert.All(clients.Histories, history => Assert.Null(Linearizability.FindViolation(history, initial: -1)));
        foreach (var machine in (Machine[])[cluster.One, cluster.Two])
        {
            var (code, output, error) = machine.Portlight("audit", "verify");
            Assert.True(code == 0, output + error);
        }

        var audited = new AuditedWrites(clients.Acknowledged);
        await Waiting.UntilAsync(
            () =>
            {
                audited.Read(Directory.GetFiles(cluster.One.Lib("portlight/audit"), "*.jsonl").SelectMany(File.ReadLines));
                return Task.FromResult(audited.Missing.Count == 0);
            },
            () => $"{audited.Missing.Count} acknowledged writes in the audit log");
        Assert.Empty(audited.Repeated);
        Say($"{clients.Acknowledged.Count} writes acknowledged, {clients.Reads} reads, {clients.Failures.Count} calls refused or without an answer, {fleet.Packets} packets looked at");
    }

    /// <summary>What was refused, or not answered, was sent to a server that was being restarted, or through HAProxy in those seconds.</summary>
    private void RequireRestartsAlone(TwoServers cluster, ChaosClients clients, SignedCaller proxy, SignedCaller one)
    {
        // Where callers of both servers want one instance again and again, one may be told to try again (docs/decisions/0144): that comes without a restart, too.
        foreach (var failure in clients.Failures.Where(failure => failure.Answer?.Body.Contains("ThrottlingException", StringComparison.Ordinal) != true))
        {
            var isExplained = _restarts.Exists(restart => failure.Start <= restart.To && failure.End >= restart.From
                && (failure.At == proxy || (failure.At == one) == (restart.Machine == cluster.One)));
            Assert.True(isExplained, $"{failure.Answer?.Status} {failure.Answer?.Body}, {Stopwatch.GetElapsedTime(_restarts[0].From, failure.Start).TotalSeconds:0.0} s after the first restart\n{cluster.Log()}");
        }

        var throughProxy = clients.Failures.Where(failure => failure.At == proxy).ToList();
        Say($"{throughProxy.Count} of them through HAProxy: {string.Join(", ", throughProxy.GroupBy(failure => failure.Answer?.Status).Select(some => $"{some.Count()} × {some.Key?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"}"))}");
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
