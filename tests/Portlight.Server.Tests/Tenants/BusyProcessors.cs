using System.Diagnostics;

namespace Portlight.Server.Tests.Tenants;

/// <summary>
/// As many processes as there are processors, which only count: they take what a caller's own sending takes on a machine that it shares with the server, so that what is measured beside them is what the server
/// does about it.
/// </summary>
internal sealed class BusyProcessors : IDisposable
{
    // They end with this process too, however that ends.
    private readonly List<Process> _counting =
        [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Process.Start("nice", ["-n", "10", "sh", "-c", "while kill -0 $PPID 2>/dev/null; do :; done"]))];

    public void Dispose()
    {
        foreach (var process in _counting)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
