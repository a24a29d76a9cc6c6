using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Portlight.Bench;

/// <summary>Counts the chains, rules, sets and elements that are changed in the ruleset of this namespace, whatever changes them. That a process owns its table from now on is no change of these.</summary>
internal sealed partial class ChangeMonitor : IDisposable
{
    private const string Own = "ip bench-monitor";

    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private int _changes;
    private int _own;

    private ChangeMonitor(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            // `# new generation 7 by process 812 (nft)`: the end of a transaction of ours, which changes no more than a table.
            _own += line.Data?.Contains("(nft)", StringComparison.Ordinal) == true ? 1 : 0;
            _changes += Change().IsMatch(line.Data ?? "") ? 1 : 0;
        };
        process.BeginOutputReadLine();
    }

    /// <summary>It sees every change from now on.</summary>
    public static async Task<ChangeMonitor> StartAsync()
    {
        var monitor = new ChangeMonitor(Process.Start(new ProcessStartInfo("nft", ["monitor"]) { RedirectStandardOutput = true })!);
        await monitor.CatchUpAsync();
        return monitor;
    }

    /// <summary>How many have changed.</summary>
    public async Task<int> StopAsync()
    {
        await CatchUpAsync();
        return _changes;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>
    /// Until it has told of a change that was made here. It reads the whole ruleset first, begins again whenever something changes meanwhile, and tells of nothing before it is done: so each attempt leaves it twice the
    /// time of the one before.
    /// </summary>
    private async Task CatchUpAsync()
    {
        var before = Volatile.Read(ref _own);
        for (var patience = TimeSpan.FromMilliseconds(50); Volatile.Read(ref _own) == before; patience *= 2)
        {
            if (patience > LongestPatience)
            {
                throw new InvalidOperationException("`nft monitor` does not tell of a change that was made");
            }

            await Subject.RunAsync("nft", "add", "table", Own);
            await Subject.RunAsync("nft", "delete", "table", Own);
            for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < patience && Volatile.Read(ref _own) == before;)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    [GeneratedRegex("^(add|create|insert|replace|delete|destroy) (chain|rule|set|map|element|flowtable|counter) ")]
    private static partial Regex Change();
}
