using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>The built program on the private host: <c>portlight serve</c> in processes of their own, and the verbs beside it. Leaves nothing in the kernel.</summary>
internal sealed partial class Served : IDisposable
{
    internal const int Kill = 9;
    internal const int Terminate = 15;

    private static readonly string Program =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Portlight.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "portlight"));

    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("portlight-served-");
    private readonly List<Process> _running = [];

    /// <summary>A data directory that is this test's; it need not exist.</summary>
    internal string Data(string name) => Path.Combine(_scratch.FullName, name);

    /// <summary>Starts a server that must become ready.</summary>
    internal Process Start(string data, params string[] options)
    {
        var server = Launch(["serve", "--data", Data(data), "--enforce", "kernel", .. options]);
        _running.Add(server);
        var errors = new StringBuilder();
        server.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        server.BeginErrorReadLine();
        var ready = server.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Span).GetAwaiter().GetResult();
        Assert.True(ready?.EndsWith(" enforce=kernel", StringComparison.Ordinal), $"the server did not start: `{ready}` {errors}");
        return server;
    }

    /// <summary>Ends a server by a signal and waits for its end.</summary>
    internal void End(Process server, int signal)
    {
        Assert.Equal(0, Signal(server.Id, signal));
        Assert.True(server.WaitForExit(Deadline.Span), "the server did not end");
        _running.Remove(server);
    }

    /// <summary>Runs a verb to its end.</summary>
    internal static (int Code, string Output, string Error) Run(params string[] words)
    {
        using var process = Launch(words);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Deadline.Span), $"`portlight {string.Join(' ', words)}` did not end");
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        foreach (var server in _running.ToList())
        {
            End(server, Kill);
        }

        Run("teardown", "--yes", "--take-over", "--data", Data("nowhere"));
        _scratch.Delete(recursive: true);
    }

    private static Process Launch(string[] words)
    {
        var start = new ProcessStartInfo(Program, words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PORTLIGHT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
