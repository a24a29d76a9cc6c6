using Portlight.Wire.SigV4;

namespace Portlight.Bench.Figures;

/// <summary>
/// This tree's program beside another build of it, taking turns: processor time of the server for a recorded Put and for a read. On a machine that others use too this says more
/// than requests a second. Without the kernel, which only one server of a network namespace has. On files, or each on a shared database of its own, whose processor time counts too.
/// </summary>
internal static class Beside
{
    private const int Rounds = 12;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string other, bool isShared)
    {
        var echo = new List<double>();
        var ours = new Lane(Subject.Jit, isShared);
        var theirs = new Lane(other, isShared);
        await using (var peer = await Subject.EchoAsync())
        await using (ours)
        await using (theirs)
        {
            await ours.StartAsync();
            await theirs.StartAsync();
            for (var round = -2; round < Rounds; round++)
            {
                echo.Add((await CostAsync(peer, Throughput.Puts(peer.Endpoint, ours.Credentials), peer.ProcessorTime)).Microseconds);
                foreach (var lane in round % 2 == 0 ? new[] { ours, theirs } : [theirs, ours])
                {
                    await lane.RunAsync(isCounted: round >= 0);
                }
            }
        }

        Console.WriteLine($"echo: {Report.Median(echo, cost => cost):0.0} µs of processor time, medians of {Rounds} rounds of {Round.TotalSeconds:0} s; this build beside the other:");
        foreach (var what in ours.Costs.Keys)
        {
            Compare(what, "µs", ours.Costs[what], theirs.Costs[what]);
            Compare("", "a second", ours.Rates[what], theirs.Rates[what]);
        }

        return 0;
    }

    private static void Compare(string what, string unit, List<double> ours, List<double> theirs)
    {
        var ratios = ours.Zip(theirs, (one, two) => one / two).ToList();
        Console.WriteLine($"{what,-22} {Report.Median(ours, one => one),8:0.0}, {Report.Median(theirs, one => one),8:0.0} {unit}: {Report.Median(ratios, ratio => ratio):0.000} ({ratios.Min():0.000} to {ratios.Max():0.000})");
    }

    /// <summary>Microseconds of processor time for each request, under load, and how many there were in a second.</summary>
    private static async Task<(double Microseconds, double PerSecond)> CostAsync(Subject subject, IReadOnlyList<byte[][]> requests, Func<TimeSpan> processorTime)
    {
        var before = processorTime();
        var load = await Load.RunAsync(subject.Endpoint, requests, Round);
        return ((processorTime() - before).TotalMicroseconds / load.Sent, load.PerSecond);
    }

    /// <summary>One build.</summary>
    private sealed class Lane(string program, bool isShared) : IAsyncDisposable
    {
        private DataDirectory? _data;
        private SharedInstallation? _shared;
        private Subject? _server;

        public AwsCredentials Credentials => _data?.Credentials ?? _shared!.Credentials;

        public Dictionary<string, List<double>> Costs { get; } = [];

        public Dictionary<string, List<double>> Rates { get; } = [];

        public async Task StartAsync()
        {
            if (isShared)
            {
                _shared = await SharedInstallation.MakeAsync(Throughput.Connections);
                _server = await _shared.ServeAsync(isFirst: true, program);
            }
            else
            {
                _data = await DataDirectory.WithInstancesAsync(Throughput.Connections);
                _server = await Subject.PortlightAsync(program, _data.Path, "record");
            }
        }

        public async Task RunAsync(bool isCounted)
        {
            await RunAsync("Put", Throughput.Puts, isCounted);
            await RunAsync("GetInstancePortStates", Throughput.Reads, isCounted);
        }

        public async ValueTask DisposeAsync()
        {
            await (_server?.DisposeAsync() ?? default);
            await (_shared?.DisposeAsync() ?? default);
            _data?.Dispose();
        }

        private async Task RunAsync(string what, Func<Uri, AwsCredentials, List<byte[][]>> requests, bool isCounted)
        {
            var (cost, rate) = await CostAsync(_server!, requests(_server!.Endpoint, Credentials), () => _server.ProcessorTime() + (_shared?.DatabaseTime() ?? default));
            if (isCounted)
            {
                Costs.TryAdd(what, []);
                Rates.TryAdd(what, []);
                Costs[what].Add(cost);
                Rates[what].Add(rate);
            }
        }
    }
}
