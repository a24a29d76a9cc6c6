namespace Portlight.Bench.Figures;

/// <summary>
/// This tree's program beside another build of it, taking turns: processor time of the server for a recorded Put and for a read. On a machine that others use too this says more
/// than requests a second. Without the kernel, which only one server of a network namespace has.
/// </summary>
internal static class Beside
{
    private const int Rounds = 12;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string other)
    {
        var echo = new List<double>();
        var ours = new Lane(Subject.Jit);
        var theirs = new Lane(other);
        await using (var peer = await Subject.EchoAsync())
        await using (ours)
        await using (theirs)
        {
            await ours.StartAsync();
            await theirs.StartAsync();
            for (var round = -2; round < Rounds; round++)
            {
                echo.Add(await CostAsync(peer, Throughput.Puts(peer.Endpoint, ours.Data!)));
                foreach (var lane in round % 2 == 0 ? new[] { ours, theirs } : [theirs, ours])
                {
                    await lane.RunAsync(isCounted: round >= 0);
                }
            }
        }

        Console.WriteLine($"echo: {Report.Median(echo, cost => cost):0.0} µs of processor time, medians of {Rounds} rounds of {Round.TotalSeconds:0} s; this build beside the other:");
        foreach (var what in ours.Costs.Keys)
        {
            var ratios = ours.Costs[what].Zip(theirs.Costs[what], (one, two) => one / two).ToList();
            Console.WriteLine(
                $"{what,-22} {Report.Median(ours.Costs[what], cost => cost),6:0.0} µs, {Report.Median(theirs.Costs[what], cost => cost),6:0.0} µs: {Report.Median(ratios, ratio => ratio):0.000} ({ratios.Min():0.000} to {ratios.Max():0.000})");
        }

        return 0;
    }

    /// <summary>Microseconds of the server's processor time for each request, while it is under load.</summary>
    private static async Task<double> CostAsync(Subject subject, IReadOnlyList<byte[][]> requests)
    {
        var before = subject.ProcessorTime();
        var load = await Load.RunAsync(subject.Endpoint, requests, Round);
        return (subject.ProcessorTime() - before).TotalMicroseconds / load.Sent;
    }

    /// <summary>One build.</summary>
    private sealed class Lane(string program) : IAsyncDisposable
    {
        private Subject? _server;

        public DataDirectory? Data { get; private set; }

        public Dictionary<string, List<double>> Costs { get; } = [];

        public async Task StartAsync()
        {
            Data = await DataDirectory.WithInstancesAsync(Throughput.Connections);
            _server = await Subject.PortlightAsync(program, Data.Path, "record");
        }

        public async Task RunAsync(bool isCounted)
        {
            await RunAsync("Put", Throughput.Puts, isCounted);
            await RunAsync("GetInstancePortStates", Throughput.Reads, isCounted);
        }

        public async ValueTask DisposeAsync()
        {
            await (_server?.DisposeAsync() ?? default);
            Data?.Dispose();
        }

        private async Task RunAsync(string what, Func<Uri, DataDirectory, List<byte[][]>> requests, bool isCounted)
        {
            var cost = await CostAsync(_server!, requests(_server!.Endpoint, Data!));
            if (isCounted)
            {
                Costs.TryAdd(what, []);
                Costs[what].Add(cost);
            }
        }
    }
}
