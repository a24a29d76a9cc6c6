using System.Diagnostics;

namespace Portlight.Bench;

/// <summary>A server, or an agent, in a process of its own, from its ready line to its SIGTERM.</summary>
internal sealed class Subject : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Uri? _endpoint;

    private readonly SubjectLog _log;

    private Subject(Process process, SubjectLog log, Uri? endpoint, TimeSpan startedIn)
    {
        _process = process;
        _log = log;
        _endpoint = endpoint;
        StartedIn = startedIn;
    }

    /// <summary>Where it answers.</summary>
    public Uri Endpoint => _endpoint ?? throw new InvalidOperationException("an agent answers nowhere");

    /// <summary>From the start of the process to its ready line.</summary>
    public TimeSpan StartedIn { get; }

    public static string Jit => Path.Combine(Root, "artifacts/bin/Portlight.Cli/release/portlight");

    /// <summary>What <c>./portlight</c> runs: the same, compiled ahead.</summary>
    public static string Command => Path.Combine(Root, "artifacts/command/portlight");

    public static string Native => Path.Combine(Root, "artifacts/publish/portlight");

    public static string NativeAgent => Path.Combine(Root, "artifacts/publish/portlight-agent");

    /// <summary>The agent's program and its first words: as eng/publish builds it, or where that was not run the command's own.</summary>
    public static string[] Agent => File.Exists(NativeAgent) ? [NativeAgent] : [Jit, "agent"];

    private static string Root { get; } = FindRoot();

    public static Task<Subject> EchoAsync() => StartAsync(Environment.ProcessPath!, "echo");

    public static Task<Subject> PortlightAsync(string executable, string data, string enforce, params string[] more) =>
        StartAsync(executable, ["serve", "--data", data, "--listen", "http://127.0.0.1:0", "--enforce", enforce, "--requests-per-second", "0", "--audit-bytes-per-key", "0", .. more]);

    /// <summary>Runs a program to its end; what it wrote.</summary>
    public static async Task<string> RunAsync(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"`{program} {words[0]}` failed");
    }

    /// <summary>An agent on its data directory.</summary>
    public static Task<Subject> AgentAsync(string data) => StartAsync(Agent[0], [.. Agent[1..], "--data", data]);

    /// <summary>Resident memory in MiB (VmRSS of proc(5)).</summary>
    public double ResidentMiB() => MiB("VmRSS:");

    /// <summary>Memory that it shares with no file, in MiB (RssAnon).</summary>
    public double PrivateMiB() => MiB("RssAnon:");

    /// <summary>What it has had of the processors, all threads together.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _log.Dispose();
    }

    private double MiB(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024.0;
    }

    private static async Task<Subject> StartAsync(string executable, params string[] arguments)
    {
        var began = Stopwatch.GetTimestamp();
        var log = new SubjectLog();
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" 2>>\"$0\"", log.Path, executable, .. arguments]) { RedirectStandardOutput = true };
        start.Environment.Remove("DOTNET_GCgen0size"); // of the bench alone
        var process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() is not { } line)
        {
            await process.WaitForExitAsync();
            throw new InvalidOperationException($"{executable} ended before it was ready, with exit code {process.ExitCode} (128 and more: by a signal); it wrote: {log.Read()}");
        }

        var took = Stopwatch.GetElapsedTime(began);
        log.Forget();
        return new Subject(process, log, line.Split(' ').FirstOrDefault(word => word.StartsWith("http", StringComparison.Ordinal)) is { } address ? new Uri(address) : null, took);
    }

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Portlight.slnx")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("the benchmark does not run inside the repository");
        }

        return directory;
    }
}
