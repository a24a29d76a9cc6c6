using System.Diagnostics;
using Portlight.TestKit.Serving;

namespace Portlight.Console.Tests.Browser;

/// <summary><c>portlight-console</c> as it was built, in a process of its own.</summary>
public sealed class ConsoleProcess : IDisposable
{
    private readonly ReadyProcess? _running;

    private ConsoleProcess(ReadyProcess? running, Uri address) => (_running, Address) = (running, address);

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>The process that was started.</summary>
    public int Id => _running!.Process.Id;

    /// <summary>One that its server has started and ends.</summary>
    public static ConsoleProcess Beside(Uri address) => new(null, address);

    /// <summary>Where the program lies, beside its assets' list, which a copy beside the tests has not.</summary>
    public static string Folder
    {
        get
        {
            var output = AppContext.BaseDirectory.TrimEnd('/');
            return Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(output))!, "Portlight.Console", Path.GetFileName(output));
        }
    }

    /// <param name="api">The server that it is for.</param>
    /// <param name="data">Where its keys are.</param>
    /// <param name="port">Where it answers; 0 for a free port.</param>
    public static async Task<ConsoleProcess> StartAsync(Uri api, string data, int port = 0)
    {
        var start = new ProcessStartInfo(Path.Combine(Folder, "portlight-console"), ["--api", api.GetLeftPart(UriPartial.Authority), "--listen", $"http://127.0.0.1:{port}", "--data", data]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // As whatever starts it for people does: the command, the server, and the unit of its package.
        start.Environment["DOTNET_GCgen0size"] = "0x800000";
        var running = await ReadyProcess.StartAsync(start, "portlight-console ready ");
        return new ConsoleProcess(running, new Uri(running.Ready.Split(' ')[2]));
    }

    public void Dispose() => _running?.Dispose();
}
