using Portlight.Wire.SigV4;

namespace Portlight.Bench.Figures;

/// <summary>
/// Servers on one PostgreSQL with a synchronous standby against one on a file of SQLite, turn by turn; how soon another server has what one has acknowledged; how soon writes go
/// on after a promotion; and what many instances change. Database, standby, servers and clients share the processors. A server alone has a database of its own, where no other server follows.
/// </summary>
internal static class Servers
{
    private const int Connections = 64;
    private const int Rounds = 5;
    private const int Turns = 2_000;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync()
    {
        if (ServersAtScale.IsAskedFor)
        {
            await ServersAtScale.RunAsync();
            Report.Forget();
            return 0;
        }

        await ThroughputAsync();
        await ServersToKernel.RunAsync();
        await ServersFailover.RunAsync();
        await ServersAtScale.RunAsync();
        return 0;
    }

    private static async Task ThroughputAsync()
    {
        using var alone = await DataDirectory.WithInstancesAsync(Connections);
        await using var sqlite = await Subject.PortlightAsync(Subject.Jit, alone.Path, "record");
        await using var lone = await SharedInstallation.MakeAsync(Connections);
        await using var only = await lone.ServeAsync(isFirst: true);
        await using var shared = await SharedInstallation.MakeAsync(3 * Connections);
        await using var a = await shared.ServeAsync(isFirst: true);
        await using var b = await shared.ServeAsync(isFirst: false);
        await using var c = await shared.ServeAsync(isFirst: false);
        Subject[] three = [a, b, c];
        var rows = new Dictionary<string, List<Load.Result>>();
        for (var round = 0; round <= Rounds; round++)
        {
            await MeasureAsync("Put, a file", () => Load.RunAsync(sqlite.Endpoint, Puts(sqlite.Endpoint, alone.Credentials), Round));
            await MeasureAsync("Put, one server alone", () => Load.RunAsync(only.Endpoint, Puts(only.Endpoint, lone.Credentials), Round));
            await MeasureAsync("Put, one of three", () => Load.RunAsync(a.Endpoint, Puts(a.Endpoint, shared.Credentials), Round));
            await MeasureAsync("Put, three, own instances", () => TogetherAsync((server, at) => Puts(server.Endpoint, shared.Credentials, at * Connections)));
            await MeasureAsync("Put, three, the same", () => TogetherAsync((server, _) => Puts(server.Endpoint, shared.Credentials)));
            await MeasureAsync("read, a file", () => Load.RunAsync(sqlite.Endpoint, Reads(sqlite.Endpoint, alone.Credentials), Round));
            await MeasureAsync("read, one server alone", () => Load.RunAsync(only.Endpoint, Reads(only.Endpoint, lone.Credentials), Round));
            await MeasureAsync("read, one of three", () => Load.RunAsync(a.Endpoint, Reads(a.Endpoint, shared.Credentials), Round));
            if (round == 0)
            {
                rows.Clear(); // the JIT's warm-up
            }
        }

        foreach (var (name, results) in rows)
        {
            Console.WriteLine($"{name,-28} {Report.Median(results, r => r.PerSecond),9:0}/s  median {Report.Median(results, r => r.MedianMs),6:0.00} ms  p99 {Report.Median(results, r => r.P99Ms),7:0.00} ms  told to try again {results.Sum(r => r.Throttled)}");
        }

        Report.Ratio("Puts a second, one server alone / SQLite", Of("Put, one server alone"), Of("Put, a file"), atLeast: 0.4);
        Report.Ratio("Puts a second, one of three servers / SQLite", Of("Put, one of three"), Of("Put, a file"), atLeast: 0.4);
        Report.Ratio("the same of three servers together", Of("Put, three, own instances"), Of("Put, a file"), atLeast: 0.35);
        Report.Ratio("the same, all three at the same 64 instances", Of("Put, three, the same"), Of("Put, a file"), atLeast: 0.2);
        Report.Ratio("reads a second, one server alone / SQLite", Of("read, one server alone"), Of("read, a file"), atLeast: 0.9);
        Report.Ratio("reads a second, one of three servers / SQLite", Of("read, one of three"), Of("read, a file"), atLeast: 0.9);
        await VisibleAsync(a, b, shared.Credentials);

        async Task MeasureAsync(string name, Func<Task<Load.Result>> run)
        {
            if (!rows.TryGetValue(name, out var results))
            {
                rows[name] = results = [];
            }

            results.Add(await run());
        }

        // Latencies: of the server that is worst off.
        async Task<Load.Result> TogetherAsync(Func<Subject, int, List<byte[][]>> requests)
        {
            var results = await Task.WhenAll(three.Select((server, at) => Load.RunAsync(server.Endpoint, requests(server, at), Round)));
            return new Load.Result(results.Sum(one => one.PerSecond), results.Max(one => one.MedianMs), results.Max(one => one.P99Ms), results.Sum(one => one.Throttled));
        }

        IReadOnlyList<double> Of(string name) => [.. rows[name].Select(result => result.PerSecond)];
    }

    /// <summary>A Put at one server, and a read at another as soon as it is answered: the read waits until that server has it.</summary>
    private static async Task VisibleAsync(Subject a, Subject b, AwsCredentials credentials)
    {
        using var writer = new OneByOne(a.Endpoint);
        using var reader = new OneByOne(b.Endpoint);
        byte[][] puts = [SignedRequests.Put(a.Endpoint, credentials, 0, odd: true), SignedRequests.Put(a.Endpoint, credentials, 0, odd: false)];
        var read = SignedRequests.GetPortStates(b.Endpoint, credentials, 0);
        var times = new List<double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            writer.Time(puts[turn % 2]);
            var took = reader.Time(read);
            if (!reader.Answer.Contains(turn % 2 == 0 ? "\"fromPort\":8080" : "\"fromPort\":80,", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("the other server has answered with what was before");
            }

            times.Add(took);
        }

        Console.WriteLine($"Put answered → read at another server: median {Report.Median(times, ms => ms):0.00} ms");
        Report.Value("Put answered → read at another server, p99", "ms", [times.Order().ElementAt(Turns * 99 / 100)], atMost: 20);
    }

    /// <summary>Each connection writes to one instance, from a number on.</summary>
    private static List<byte[][]> Puts(Uri endpoint, AwsCredentials credentials, int from = 0) =>
        [.. Enumerable.Range(from, Connections).Select(i => new[] { SignedRequests.Put(endpoint, credentials, i, odd: true), SignedRequests.Put(endpoint, credentials, i, odd: false) })];

    private static List<byte[][]> Reads(Uri endpoint, AwsCredentials credentials) => [.. Enumerable.Range(0, Connections).Select(i => new[] { SignedRequests.GetPortStates(endpoint, credentials, i) })];
}
