using System.Diagnostics;

namespace Portlight.Bench;

/// <summary>Counts what is changed in the ruleset of this namespace, whatever changes it.</summary>
internal sealed class ChangeMonitor : IDisposable
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
            // `# new generation 7 by process 812 (nft)`: a transaction that has changed something, whatever it was.
            var isOwn = line.Data?.Contains("(nft)", StringComparison.Ordinal) == true;
            _own += isOwn ? 1 : 0;
            _changes += !isOwn && line.Data?.StartsWith("# new generation", StringComparison.Ordinal) == true ? 1 : 0;
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

    /// <summary>How many transactions have changed something.</summary>
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
}
