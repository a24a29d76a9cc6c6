using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Portlight.Bench;

/// <summary>Counts the chains, rules, sets and elements that are changed in the ruleset of this namespace, whatever changes them. That a process owns its table from now on is no change of these.</summary>
internal sealed partial class ChangeMonitor : IDisposable
{
    private const string Own = "ip bench-monitor";

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

    /// <summary>Until it has told of a change that was made here.</summary>
    private async Task CatchUpAsync()
    {
        var before = _own;
        while (_own == before)
        {
            await Subject.RunAsync("nft", "add", "table", Own);
            await Subject.RunAsync("nft", "delete", "table", Own);
        }
    }

    [GeneratedRegex("^(add|create|insert|replace|delete|destroy) (chain|rule|set|map|element|flowtable|counter) ")]
    private static partial Regex Change();
}
