using Portlight.Wire.SigV4;

namespace Portlight.Bench.Figures;

/// <summary>
/// Durable signed Puts and signed reads against a bare echo of the same bytes, Puts among 10,000 instances against Puts among 64, and kernel-confirmed Puts against the
/// same Puts in record mode. The subjects take turns, round by round, so that a machine that slows down slows all of them.
/// </summary>
internal static class Throughput
{
    /// <summary>How many ask at once, each for an instance of its own.</summary>
    public const int Connections = 64;

    private const int Rounds = 5;
    private const int Many = 10_000;

    /// <summary>The JIT compiles what is called often, and then once more, each time after a lull: without several, half of the rounds would measure it.</summary>
    public const int WarmUps = 5;
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync()
    {
        Interfaces.Make(Connections);
        using var recordData = await DataDirectory.WithInstancesAsync(Connections);
        using var kernelData = await DataDirectory.WithInstancesAsync(Connections);
        using var manyData = await DataDirectory.WithInstancesAsync(Many);
        await using var echo = await Subject.EchoAsync();
        await using var record = await Subject.PortlightAsync(Subject.Jit, recordData.Path, "record");
        await using var many = await Subject.PortlightAsync(Subject.Jit, manyData.Path, "record");
        await using var kernel = await Subject.PortlightAsync(Subject.Jit, kernelData.Path, "kernel");

        var rows = new Dictionary<string, List<Load.Result>>();
        for (var round = -WarmUps; round < Rounds; round++)
        {
            if (round == 0)
            {
                rows.Clear();
            }

            var length = round < 0 ? WarmUp : Round;
            await MeasureAsync("echo of a Put", echo, Puts(echo.Endpoint, recordData.Credentials), length);
            await MeasureAsync("Put, record", record, Puts(record.Endpoint, recordData.Credentials), length);
            await MeasureAsync("Put, 10,000 instances", many, PutsAmongMany(many.Endpoint, manyData), length);
            await MeasureAsync("Put, kernel", kernel, Puts(kernel.Endpoint, kernelData.Credentials), length);
            await MeasureAsync("echo of a read", echo, Reads(echo.Endpoint, recordData.Credentials), length);
            await MeasureAsync("GetInstancePortStates", record, Reads(record.Endpoint, recordData.Credentials), length);
        }

        foreach (var (name, results) in rows)
        {
            Console.WriteLine($"{name,-24} {Report.Median(results, r => r.PerSecond),9:0}/s  median {Report.Median(results, r => r.MedianMs),6:0.00} ms  p99 {Report.Median(results, r => r.P99Ms),6:0.00} ms");
        }

        Report.Ratio("durable signed Put / echo", Of("Put, record"), Of("echo of a Put"), atLeast: 0.35);
        Report.Ratio("GetInstancePortStates / echo", Of("GetInstancePortStates"), Of("echo of a read"), atLeast: 0.60);
        Report.Ratio("durable signed Put at 10,000 instances / at 64", Of("Put, 10,000 instances"), Of("Put, record"), atLeast: 0.9);
        Report.Ratio("Put confirmed by the kernel / record", Of("Put, kernel"), Of("Put, record"), atLeast: 0.85);
        return 0;

        async Task MeasureAsync(string name, Subject subject, IReadOnlyList<byte[][]> requests, TimeSpan length)
        {
            if (!rows.TryGetValue(name, out var results))
            {
                rows[name] = results = [];
            }

            results.Add(await Load.RunAsync(subject.Endpoint, requests, length));
        }

        IReadOnlyList<double> Of(string name) => [.. rows[name].Select(result => result.PerSecond)];
    }

    public static List<byte[][]> Puts(Uri endpoint, AwsCredentials credentials) =>
        [.. Enumerable.Range(0, Connections).Select(i => new[] { SignedRequests.Put(endpoint, credentials, i, odd: true), SignedRequests.Put(endpoint, credentials, i, odd: false) })];

    /// <summary>Each connection goes through instances of its own, all over the range.</summary>
    private static List<byte[][]> PutsAmongMany(Uri endpoint, DataDirectory data) =>
        [.. Enumerable.Range(0, Connections).Select(connection => Enumerable.Range(0, Many / Connections).Select(turn => SignedRequests.Put(endpoint, data.Credentials, (((turn * Connections) + connection) * 7919) % Many, odd: true)).ToArray())];

    public static List<byte[][]> Reads(Uri endpoint, AwsCredentials credentials) =>
        [.. Enumerable.Range(0, Connections).Select(i => new[] { SignedRequests.GetPortStates(endpoint, credentials, i) })];
}
