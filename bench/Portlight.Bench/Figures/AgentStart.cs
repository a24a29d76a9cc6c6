namespace Portlight.Bench.Figures;

/// <summary>The agent alone, as eng/publish builds it: from the start of its process until the kernel holds what it remembers, its private memory, and what a restart changes in the kernel.</summary>
internal static class AgentStart
{
    private const int Few = 1_000;
    private const int Many = 10_000;
    private const string Door = "https://127.0.0.1:28582";

    public static async Task<int> RunAsync()
    {
        if (!File.Exists(Subject.NativeAgent))
        {
            Console.WriteLine("the agent: not measured, eng/publish was not run");
            return 0;
        }

        Interfaces.Make(Few);
        var (starts, memory, _) = await MeasureAsync(Few, starts: 15);
        Report.Value("agent: start to enforcing, 1,000 instances", "ms", [.. starts.Select(start => start.TotalMilliseconds)], atMost: 30);
        Report.Value("agent: private memory, 1,000 instances", "MiB", memory, atMost: 18);
        Interfaces.Make(Many);
        var (restarts, _, changes) = await MeasureAsync(Many, starts: 5);
        Report.Value("agent: restart with 10,000 instances", "s", [.. restarts.Select(start => start.TotalSeconds)], atMost: 0.5);
        Report.Value("agent: chains, rules, sets and elements changed by such a restart", "", [changes], atMost: 0);
        return 0;
    }

    private static async Task<(List<TimeSpan> Starts, List<double> Memory, int Changes)> MeasureAsync(int instances, int starts)
    {
        using var data = await FleetDirectory.MakeAsync(1, instances);
        var directory = Directory.CreateTempSubdirectory("portlight-bench-agent-").FullName;
        try
        {
            await using var server = await Subject.PortlightAsync(Subject.Jit, data.Path, "record", "--agents", Door, "--confirm-timeout", "60s");
            var token = (await Subject.RunAsync(Subject.Jit, "host", "token", "h0", "--data", data.Path)).Trim().Split(' ')[^1];
            await Subject.RunAsync(Subject.NativeAgent, "join", token, "--data", directory);
            await using (await Subject.AgentAsync(directory))
            {
                // It is ready before it has found its server.
                while (await Subject.RunAsync(Subject.Jit, "host", "show", "h0", "--data", data.Path) is var shown && !(shown.Contains(": connected", StringComparison.Ordinal) && shown.Contains("applied: everything", StringComparison.Ordinal)))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(200));
                }
            }

            var (times, memory) = (new List<TimeSpan>(), new List<double>());
            for (var start = 0; start < starts; start++)
            {
                await using var agent = await Subject.AgentAsync(directory);
                times.Add(agent.StartedIn);
                await Task.Delay(TimeSpan.FromSeconds(2)); // until it is connected and has nothing to do
                memory.Add(agent.PrivateMiB());
            }

            using var monitor = await ChangeMonitor.StartAsync();
            await using (await Subject.AgentAsync(directory))
            {
                await Task.Delay(TimeSpan.FromSeconds(2)); // until the server has compared everything
            }

            var changes = await monitor.StopAsync();

            await Subject.RunAsync("nft", "flush", "ruleset");
            return (times, memory, changes);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
