using Portlight.Bench;
using Portlight.Bench.Figures;

// Each figure prints what it measured, as ratios taken in one run, and keeps it for the plot.
Dictionary<string, Func<Task<int>>> figures = new()
{
    ["throughput"] = Throughput.RunAsync,
    ["single"] = SinglePut.RunAsync,
    ["scale"] = Scale.RunAsync,
    ["decide"] = Decide.RunAsync,
    ["start"] = StartUp.RunAsync,
    ["store"] = StoreWrites.RunAsync,
    ["status"] = StatusPages.RunAsync,
    ["changes"] = Changes.RunAsync,
    ["packets"] = Packets.RunAsync,
    ["refused"] = Refused.RunAsync,
    ["counters"] = Counters.RunAsync,
    ["lab"] = LabCreation.RunAsync,
    ["repair"] = Repair.RunAsync,
    ["fleet"] = Fleet.RunAsync,
    ["servers"] = Servers.RunAsync,
    ["agent"] = AgentStart.RunAsync,
};

// `echo` is the peer that the throughput figures start.
return args switch
{
    ["echo"] => await EchoPeer.RunAsync(),
    ["plot"] => Plot.Run(),
    ["beside", "status", var other] => await StatusPages.BesideAsync(other),
    ["beside", "shared", var other] => await Beside.RunAsync(other, isShared: true),
    ["beside", var other] => await Beside.RunAsync(other, isShared: false),
    ["all"] => await RunAsync(figures.Keys),
    [var figure] when figures.ContainsKey(figure) => await RunAsync([figure]),
    _ => Usage(),
};

async Task<int> RunAsync(IEnumerable<string> names)
{
    var failed = 0;
    foreach (var name in names)
    {
        failed += await figures[name]();
        Report.Keep(name);
    }

    return failed;
}

int Usage()
{
    Console.Error.WriteLine($"usage: bench/run {string.Join('|', figures.Keys)}|all|plot|beside [status|shared] PROGRAM");
    return 2;
}
