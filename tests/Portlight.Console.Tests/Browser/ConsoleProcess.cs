using System.Diagnostics;

namespace Portlight.Console.Tests.Browser;

/// <summary><c>portlight-console</c> as it was built, in a process of its own.</summary>
public sealed class ConsoleProcess : IDisposable
{
    private readonly Process _process;

    private ConsoleProcess(Process process, Uri address) => (_process, Address) = (process, address);

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
        var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var ready = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(ready?.StartsWith("portlight-console ready ", StringComparison.Ordinal) == true, $"the console did not start: {ready} {(process.HasExited ? await error : "")}");
        return new ConsoleProcess(process, new Uri(ready!.Split(' ')[2]));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
