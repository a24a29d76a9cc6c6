using System.Diagnostics;
using System.Text.Json;

namespace Portlight.Bench.Figures;

/// <summary>GetStatus of 10,000 instances, page after page, by one client: what `portlight status` asks for.</summary>
internal static class StatusPages
{
    private const int Instances = 10_000;
    private const int Rounds = 9;
    private const int Starts = 5;

    public static async Task<int> RunAsync()
    {
        using var data = await DataDirectory.WithInstancesAsync(Instances);
        await using var server = await Subject.PortlightAsync(Subject.Command, data.Path, "record");
        using var client = new HttpClient();
        await ReadAllAsync(client, server.Endpoint, data); // the JIT's warm-up
        var seconds = new List<double>();
        var pages = 0;
        var before = server.ProcessorTime();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            pages = await ReadAllAsync(client, server.Endpoint, data);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }

        Console.WriteLine($"{pages} pages, {(server.ProcessorTime() - before).TotalSeconds / Rounds:0.00} s of the server's processor time each round");
        Report.Value("GetStatus over 10,000 instances, all pages", "s", seconds, atMost: 0.3);
        return 0;
    }

    /// <summary>This tree's program beside another build of it, each from its start and taking turns.</summary>
    public static async Task<int> BesideAsync(string other)
    {
        using var data = await DataDirectory.WithInstancesAsync(Instances);
        using var client = new HttpClient();
        var costs = new Dictionary<string, List<(double Seconds, double Processor)>> { [Subject.Jit] = [], [other] = [] };
        for (var start = 0; start < Starts; start++)
        {
            foreach (var program in start % 2 == 0 ? costs.Keys : costs.Keys.Reverse())
            {
                await using var server = await Subject.PortlightAsync(program, data.Path, "record");
                await ReadAllAsync(client, server.Endpoint, data);
                var seconds = new List<double>();
                var before = server.ProcessorTime();
                for (var round = 0; round < Rounds; round++)
                {
                    var watch = Stopwatch.StartNew();
                    await ReadAllAsync(client, server.Endpoint, data);
                    seconds.Add(watch.Elapsed.TotalSeconds);
                }

                costs[program].Add((Report.Median(seconds, one => one), (server.ProcessorTime() - before).TotalSeconds / Rounds));
            }
        }

        foreach (var (program, starts) in costs)
        {
            Console.WriteLine($"{Report.Median(starts, one => one.Seconds):0.000} s, {Report.Median(starts, one => one.Processor):0.000} s of the server's processor time for all pages: {program}");
        }

        return 0;
    }

    private static async Task<int> ReadAllAsync(HttpClient client, Uri endpoint, DataDirectory data)
    {
        var (pages, instances, token) = (0, 0, (string?)null);
        do
        {
            using var request = SignedRequests.GetStatus(endpoint, data.Credentials, token);
            using var answer = await client.SendAsync(request);
            var body = await answer.Content.ReadAsStringAsync();
            using var page = answer.IsSuccessStatusCode ? JsonDocument.Parse(body) : throw new InvalidOperationException(body);
            instances += page.RootElement.GetProperty("instances").GetArrayLength();
            token = page.RootElement.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
            pages++;
        }
        while (token is not null);

        return instances == Instances ? pages : throw new InvalidOperationException($"{instances} instances on {pages} pages");
    }
}
