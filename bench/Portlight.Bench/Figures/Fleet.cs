using System.Diagnostics;

namespace Portlight.Bench.Figures;

/// <summary>
/// 10,000 agents on one server, each over a connection of its own with mutual TLS, from this process: how soon they are all there after a start, what the server pays for each, how long a change takes to
/// one of them, and to all.
/// </summary>
internal static class Fleet
{
    private const int Agents = 10_000;
    private const int ConnectingAtOnce = 64;
    private const int Puts = 1_000;
    private const int Callers = 64;
    private const int Rounds = 5;
    private static readonly Uri Door = new("https://127.0.0.1:28581");

    public static async Task<int> RunAsync()
    {
        using var data = await FleetDirectory.MakeAsync(Agents, Agents);
        await using var server = await Subject.PortlightAsync(Subject.Command, data.Path, "record", "--agents", Door.GetLeftPart(UriPartial.Authority), "--confirm-timeout", "60s", "--access-log", "off");
        await Task.Delay(TimeSpan.FromSeconds(2)); // idle means: what the start left to do is done
        var (memoryBefore, timeBefore) = (server.ResidentMiB(), server.ProcessorTime());
        var trust = data.Trust;
        List<ThinAgent> agents = [.. data.Shown.Select(shown => new ThinAgent(Door, trust, shown))];
        try
        {
            var (began, ownBefore) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await Parallel.ForEachAsync(agents, new ParallelOptions { MaxDegreeOfParallelism = ConnectingAtOnce }, async (agent, _) => await agent.ConnectAsync());
            var connected = Stopwatch.GetElapsedTime(began);
            var (handshakes, own) = (server.ProcessorTime() - timeBefore, Environment.CpuUsage.TotalTime - ownBefore);
            await Task.Delay(TimeSpan.FromSeconds(5)); // what came with the connections is collected
            Console.WriteLine($"{handshakes.TotalMilliseconds / Agents:0.00} ms of the server's processor time for each connection and its first round, {own.TotalMilliseconds / Agents:0.00} ms of the agents', which share the processors");
            Report.Value("10,000 agents connected and in force", "s", [connected.TotalSeconds], atMost: 30);
            Report.Value("memory of the server for each agent", "KiB", [(server.ResidentMiB() - memoryBefore) * 1024 / Agents], atMost: 90);
            await PutAsync(server, data);
            await AllAsync(server, agents);
            await PutAllAsync(server, data);
        }
        finally
        {
            agents.ForEach(agent => agent.Dispose());
        }

        return 0;
    }

    /// <summary>Changes of one host after the other: answered when its agent has said that they are in force.</summary>
    private static async Task PutAsync(Subject server, FleetDirectory data)
    {
        using var caller = new OneByOne(server.Endpoint);
        var times = new List<double>();
        for (var turn = 0; turn < Puts * 11 / 10; turn++)
        {
            // The first tenth warms up.
            var took = caller.Time(SignedRequests.Put(server.Endpoint, data.Credentials, turn * 7919 % Agents, odd: true));
            if (turn >= Puts / 10)
            {
                times.Add(took);
            }
        }

        Console.WriteLine($"Put → Applied: median {Report.Median(times, ms => ms):0.00} ms");
        Report.Value("Put → Applied, 99th percentile", "ms", [P99(times)], atMost: 100);
    }

    /// <summary>Every host drifts at once: the server sends to each what is to be there, and each answers.</summary>
    private static async Task AllAsync(Subject server, List<ThinAgent> agents)
    {
        var (rounds, used, own) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var (before, ownBefore) = (server.ProcessorTime(), Environment.CpuUsage.TotalTime);
            rounds.Add(P99(await Task.WhenAll(agents.Select(agent => Task.Run(agent.DriftAsync)))) / 1000);
            used.Add((server.ProcessorTime() - before).TotalSeconds);
            own.Add((Environment.CpuUsage.TotalTime - ownBefore).TotalSeconds);
        }

        Console.WriteLine($"{Report.Median(used, one => one):0.00} s of the server's processor time for a round of all, {Report.Median(own, one => one):0.00} s of the agents'");
        Report.Value("everything to all 10,000 and back, 99th percentile", "s", rounds, atMost: 1.5);
    }

    /// <summary>A change for each host, from many callers.</summary>
    private static async Task PutAllAsync(Subject server, FleetDirectory data)
    {
        var requests = Enumerable.Range(0, Agents).Select(number => SignedRequests.Put(server.Endpoint, data.Credentials, number, odd: false)).ToList();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(requests.Chunk((Agents + Callers - 1) / Callers).Select(some => OneByOne.OnOwnThread(() =>
        {
            using var caller = new OneByOne(server.Endpoint);
            foreach (var request in some)
            {
                caller.Time(request);
            }
        })));
        Console.WriteLine($"a Put for each of them, from {Callers} callers, all in force: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s");
    }

    private static double P99(IReadOnlyCollection<double> times) => times.Order().ElementAt(times.Count * 99 / 100);
}
