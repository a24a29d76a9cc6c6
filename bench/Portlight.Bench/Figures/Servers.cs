using System.Diagnostics;
using Portlight.Wire.SigV4;

namespace Portlight.Bench.Figures;

/// <summary>
/// Servers on one PostgreSQL with a synchronous standby against one on a file of SQLite, turn by turn; how soon another server has what one has acknowledged; how soon writes go
/// on after a promotion; how soon a new server of many instances is ready. Database, standby, servers and clients share the processors.
/// </summary>
internal static class Servers
{
    private const int Connections = 64;
    private const int Rounds = 5;
    private const int Turns = 2_000;
    private const int Failovers = 3;
    private const int Many = 100_000;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync()
    {
        await ThroughputAsync();
        await FailoverAsync();
        await FreshAsync();
        return 0;
    }

    private static async Task ThroughputAsync()
    {
        using var alone = await DataDirectory.WithInstancesAsync(Connections);
        await using var sqlite = await Subject.PortlightAsync(Subject.Jit, alone.Path, "record");
        await using var shared = await SharedInstallation.MakeAsync(Connections);
        await using var a = await shared.ServeAsync(isFirst: true);
        await using var b = await shared.ServeAsync(isFirst: false);
        await using var c = await shared.ServeAsync(isFirst: false);
        Subject[] three = [a, b, c];
        var (file, one, all, fileReads, reads) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            file.Add((await Load.RunAsync(sqlite.Endpoint, Puts(sqlite.Endpoint, alone.Credentials), Round)).PerSecond);
            one.Add((await Load.RunAsync(a.Endpoint, Puts(a.Endpoint, shared.Credentials), Round)).PerSecond);
            all.Add((await Task.WhenAll(three.Select(server => Load.RunAsync(server.Endpoint, Puts(server.Endpoint, shared.Credentials), Round)))).Sum(result => result.PerSecond));
            fileReads.Add((await Load.RunAsync(sqlite.Endpoint, Reads(sqlite.Endpoint, alone.Credentials), Round)).PerSecond);
            reads.Add((await Load.RunAsync(a.Endpoint, Reads(a.Endpoint, shared.Credentials), Round)).PerSecond);
            if (round == 0)
            {
                new[] { file, one, all, fileReads, reads }.ToList().ForEach(list => list.Clear()); // the JIT's warm-up
            }
        }

        Console.WriteLine($"Puts a second: {Report.Median(file, x => x):0} in a file, {Report.Median(one, x => x):0} by one server with a standby, {Report.Median(all, x => x):0} by three; reads: {Report.Median(fileReads, x => x):0} and {Report.Median(reads, x => x):0}");
        Report.Ratio("Puts a second, synchronous standby / SQLite", one, file, atLeast: 0.4);
        Report.Ratio("the same of three servers together", all, file, atLeast: 0.35);
        Report.Ratio("reads a second, shared database / SQLite", reads, fileReads, atLeast: 0.9);
        await VisibleAsync(a, b, shared.Credentials);
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
            await writer.TimeAsync(puts[turn % 2]);
            var took = await reader.TimeAsync(read);
            if (!reader.Answer.Contains(turn % 2 == 0 ? "\"fromPort\":8080" : "\"fromPort\":80,", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("the other server has answered with what was before");
            }

            times.Add(took);
        }

        Console.WriteLine($"Put answered → read at another server: median {Report.Median(times, ms => ms):0.00} ms");
        Report.Value("Put answered → read at another server, p99", "ms", [times.Order().ElementAt(Turns * 99 / 100)], atMost: 20);
    }

    /// <summary>The primary is killed under two writers at each of two servers; from the promotion's end to the first acknowledgement.</summary>
    private static async Task FailoverAsync()
    {
        var gaps = new List<double>();
        for (var round = 0; round < Failovers; round++)
        {
            await using var shared = await SharedInstallation.MakeAsync(4);
            await using var a = await shared.ServeAsync(isFirst: true);
            await using var b = await shared.ServeAsync(isFirst: false);
            var (acknowledged, promoted, stop) = (0L, long.MaxValue, false);
            var first = new TaskCompletionSource<long>();
            var writers = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
            {
                var server = number % 2 == 0 ? a : b;
                for (var turn = 0; !Volatile.Read(ref stop); turn++)
                {
                    try
                    {
                        using var client = new OneByOne(server.Endpoint);
                        while (!Volatile.Read(ref stop))
                        {
                            await client.TimeAsync(SignedRequests.Put(server.Endpoint, shared.Credentials, number, odd: turn++ % 2 == 0));
                            Interlocked.Increment(ref acknowledged);
                            if (Volatile.Read(ref promoted) < long.MaxValue)
                            {
                                first.TrySetResult(Stopwatch.GetTimestamp());
                            }
                        }
                    }
                    catch (IOException)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(20)); // refused while there is no primary
                    }
                }
            })).ToList();
            while (Interlocked.Read(ref acknowledged) < 1_000)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }

            await shared.Primary.KillAsync();
            await shared.Standby.PromoteAsync();
            Volatile.Write(ref promoted, Stopwatch.GetTimestamp());
            gaps.Add(Stopwatch.GetElapsedTime(promoted, await first.Task).TotalSeconds);
            Volatile.Write(ref stop, true);
            await Task.WhenAll(writers);
        }

        Report.Value("promotion → first acknowledged write", "s", gaps, atMost: 3);
    }

    private static async Task FreshAsync()
    {
        await using var shared = await SharedInstallation.MakeAsync(Many);
        await using var fresh = await shared.ServeAsync(isFirst: false);
        Report.Value($"a new server of {Many:#,0} instances, start to ready", "s", [fresh.StartedIn.TotalSeconds], atMost: 60.0 * Many / 1_000_000);
    }

    private static List<byte[][]> Puts(Uri endpoint, AwsCredentials credentials) =>
        [.. Enumerable.Range(0, Connections).Select(i => new[] { SignedRequests.Put(endpoint, credentials, i, odd: true), SignedRequests.Put(endpoint, credentials, i, odd: false) })];

    private static List<byte[][]> Reads(Uri endpoint, AwsCredentials credentials) => [.. Enumerable.Range(0, Connections).Select(i => new[] { SignedRequests.GetPortStates(endpoint, credentials, i) })];
}
