using System.Diagnostics;
using System.Globalization;

namespace Portlight.Bench.Figures;

/// <summary>
/// What many instances change: the start of a new server, and of one that was there before, its memory, its Puts and reads against those of a server of 1,000. PORTLIGHT_BENCH_MANY=1000000: so many instances, and this alone.
/// </summary>
internal static class ServersAtScale
{
    private const int Few = 1_000;
    private const int Connections = 64;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(4);
    private static readonly int? Asked = TakeAsked();
    private static readonly int Many = Asked ?? 100_000;
    private static readonly int Rounds = Asked is null ? 5 : 2;

    /// <summary>Whether another number of instances than what is drawn was asked for: then nothing else is measured.</summary>
    public static bool IsAskedFor => Asked is not null;

    public static async Task RunAsync()
    {
        await using var few = await SharedInstallation.MakeAsync(Few);
        await using var small = await few.ServeAsync(isFirst: true);
        var began = Stopwatch.GetTimestamp();
        await using var many = await SharedInstallation.MakeAsync(Many);
        Console.WriteLine($"{Many:#,0} instances made in the database in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        var fresh = await many.ServeAsync(isFirst: true);
        await using (fresh)
        {
            Report.Value($"a new server of {Many:#,0} instances, start to ready", "s", [fresh.StartedIn.TotalSeconds], atMost: 60.0 * Math.Max(Many, 100_000) / 1_000_000);
            Console.WriteLine($"its memory: {fresh.ResidentMiB():0} MiB, that of a server of {Few:#,0}: {small.ResidentMiB():0} MiB");
        }

        await using var large = await many.ServeAsync(isFirst: true);
        Console.WriteLine($"a server that has its mirror: {large.StartedIn.TotalSeconds:0.0} s, {large.ResidentMiB():0} MiB");
        var (fewPuts, manyPuts, fewReads, manyReads) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            fewPuts.Add((await Load.RunAsync(small.Endpoint, Requests(few, small, Few, isPut: true), Round)).PerSecond);
            manyPuts.Add((await Load.RunAsync(large.Endpoint, Requests(many, large, Many, isPut: true), Round)).PerSecond);
            fewReads.Add((await Load.RunAsync(small.Endpoint, Requests(few, small, Few, isPut: false), Round)).PerSecond);
            manyReads.Add((await Load.RunAsync(large.Endpoint, Requests(many, large, Many, isPut: false), Round)).PerSecond);
            if (round == 0)
            {
                new[] { fewPuts, manyPuts, fewReads, manyReads }.ToList().ForEach(list => list.Clear()); // the JIT's warm-up
            }
        }

        Console.WriteLine($"Puts a second: {Report.Median(fewPuts, x => x):0} of {Few:#,0}, {Report.Median(manyPuts, x => x):0} of {Many:#,0}; reads: {Report.Median(fewReads, x => x):0} and {Report.Median(manyReads, x => x):0}; memory after them {large.ResidentMiB():0} MiB");
        Report.Ratio($"Puts a second, of {Many:#,0} instances / of {Few:#,0}", manyPuts, fewPuts, atLeast: 1 / 1.2);
        Report.Ratio($"reads a second, of {Many:#,0} instances / of {Few:#,0}", manyReads, fewReads, atLeast: 1 / 1.2);
    }

    /// <summary>Servers that are started here are not to have it in their environment: they take it for a setting that there is not.</summary>
    private static int? TakeAsked()
    {
        const string Name = "PORTLIGHT_BENCH_MANY";
        var text = Environment.GetEnvironmentVariable(Name);
        Environment.SetEnvironmentVariable(Name, null);
        return int.TryParse(text, CultureInfo.InvariantCulture, out var many) ? many : null;
    }

    /// <summary>Each connection goes through 64 instances of its own, which are all over the range.</summary>
    private static List<byte[][]> Requests(SharedInstallation of, Subject at, int instances, bool isPut) =>
        [.. Enumerable.Range(0, Connections).Select(connection => Enumerable.Range(0, Connections).Select(turn =>
        {
            var instance = (int)(((turn * Connections) + connection) * 7919L % instances);
            return isPut ? SignedRequests.Put(at.Endpoint, of.Credentials, instance, odd: turn % 2 == 0) : SignedRequests.GetPortStates(at.Endpoint, of.Credentials, instance);
        }).ToArray())];
}
