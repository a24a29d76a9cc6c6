namespace Portlight.Bench.Figures;

/// <summary>A kernel-confirmed Put on a host with 10,000 instances against one with 10, turn by turn; and the load of those 10,000 into an empty kernel.</summary>
internal static class Scale
{
    private const int Turns = 400;

    public static async Task<int> RunAsync()
    {
        using var fewData = await DataDirectory.WithInstancesAsync(10);
        using var manyData = await DataDirectory.WithInstancesAsync(10_000);

        Interfaces.Make(10_000);

        // Two servers share one table of one kernel only in turns, so the larger host is measured first and taken down.
        var many = await MeasureAsync(manyData, "10,000");
        await TearDownAsync(manyData);
        var few = await MeasureAsync(fewData, "10");
        await TearDownAsync(fewData);

        Report.Ratio("Put at 10,000 instances / at 10", many.Puts, few.Puts, atMost: 1.2);
        var load = many.StartedIn - few.StartedIn;
        Report.Value("loading 10,000 instances, more than loading 10", "s", [load.TotalSeconds], atMost: 0.5);
        return 0;
    }

    private static async Task<(IReadOnlyList<double> Puts, TimeSpan StartedIn)> MeasureAsync(DataDirectory data, string name)
    {
        await using var server = await Subject.PortlightAsync(Subject.Jit, data.Path, "kernel");
        byte[][] puts = [SignedRequests.Put(server.Endpoint, data.Credentials, 7, odd: true), SignedRequests.Put(server.Endpoint, data.Credentials, 7, odd: false)];
        await Load.RunAsync(server.Endpoint, [puts], TimeSpan.FromSeconds(5));
        using var client = new OneByOne(server.Endpoint);
        var times = new List<double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            times.Add(client.Time(puts[turn % 2]));
        }

        Console.WriteLine($"{name,-8} instances: ready after {server.StartedIn.TotalSeconds:0.00} s, one Put {Report.Median(times, ms => ms):0.000} ms (median of {Turns})");
        return ([.. times.Order()], server.StartedIn);
    }

    private static async Task TearDownAsync(DataDirectory data)
    {
        using var teardown = System.Diagnostics.Process.Start(Subject.Jit, ["teardown", "--yes", "--data", data.Path]);
        await teardown.WaitForExitAsync();
    }
}
