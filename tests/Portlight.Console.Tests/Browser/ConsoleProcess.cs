using System.Diagnostics;
using Portlight.TestKit.Serving;

namespace Portlight.Console.Tests.Browser;

/// <summary><c>portlight-console</c> as it was built, in a process of its own.</summary>
public sealed class ConsoleProcess : IDisposable
{
    private readonly ReadyProcess _running;

    private ConsoleProcess(ReadyProcess running) => (_running, Address) = (running, new Uri(running.Ready.Split(' ')[2]));

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <param name="api">The server that it is for.</param>
    /// <param name="data">Where its keys are.</param>
    /// <param name="port">Where it answers; 0 for a free port.</param>
    /// <param name="host">The address at which it answers.</param>
    public static async Task<ConsoleProcess> StartAsync(Uri api, string data, int port = 0, string host = "127.0.0.1")
    {
        // Beside its assets' list, which a copy beside the tests has not.
        var output = AppContext.BaseDirectory.TrimEnd('/');
        var program = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(output))!, "Portlight.Console", Path.GetFileName(output), "portlight-console");
        var start = new ProcessStartInfo(program, ["--api", api.GetLeftPart(UriPartial.Authority), "--listen", $"http://{host}:{port}", "--data", data]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return new ConsoleProcess(await ReadyProcess.StartAsync(start, "portlight-console ready "));
    }

    public void Dispose() => _running.Dispose();
}
