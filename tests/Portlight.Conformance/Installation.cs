using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Portlight.TestKit.Serving;

namespace Portlight.Conformance;

/// <summary>
/// One `portlight serve` for the whole suite, with kernel enforcement, in a network and a mount namespace of its own: the machine's rules and its /run are out
/// of its reach, and the clients, which are in there with it, cannot reach the real AWS by mistake. Every test uses instance names of its own.
/// </summary>
public sealed class Installation : IAsyncLifetime
{
    private const string IntoNamespaces = "ip link set lo up && mount -t tmpfs tmpfs /run && exec \"$@\"";

    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-conformance-").FullName;
    private readonly List<string> _log = [];
    private readonly Lazy<Task<HashSet<string>>> _backlog;
    private readonly ConcurrentDictionary<string, Lazy<LoadedAwsCli?>> _loaded = [];
    private Dictionary<string, string> _environment = [];
    private Process? _server;

    public Installation() => _backlog = new(MakeBacklogAsync);

    /// <summary>The built program: of the same configuration as these tests.</summary>
    internal static string Portlight { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "../../Portlight.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "portlight"));

    private string DataDirectory => Path.Combine(_directory, "data");

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo(Programs.Find("unshare", "util-linux"))
        {
            ArgumentList = { "--net", "--mount", "--", "sh", "-c", IntoNamespaces, "sh", Portlight, "serve", "--data", DataDirectory, "--listen", "http://127.0.0.1:0", "--enforce", "kernel" },
        };
        Clean(start);
        _server = Programs.Start(ServeProcess.Patiently(start));
        _server.ErrorDataReceived += (_, line) => Keep(line.Data);
        _server.BeginErrorReadLine();
        var ready = await _server.StandardOutput.ReadLineAsync();
        Assert.True(ready is not null && ready.EndsWith(" enforce=kernel", StringComparison.Ordinal), $"the server did not start: `{ready}`\n{Log}");
        _environment = await ReadEnvironmentAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var loaded in _loaded.Values)
        {
            if (loaded is { IsValueCreated: true, Value: { } one })
            {
                await one.DisposeAsync();
            }
        }

        if (_server is { HasExited: false })
        {
            using var signal = Process.Start("kill", ["-TERM", _server.Id.ToString(CultureInfo.InvariantCulture)]);
            await signal.WaitForExitAsync();
            await _server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var code = _server?.ExitCode;
        _server?.Dispose();
        Directory.Delete(_directory, recursive: true);
        Assert.True(code == 0, $"the server ended with exit code {code}\n{Log}");
    }

    /// <summary>What the server has said so far, for the message of a test that fails.</summary>
    internal string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log.TakeLast(40));
            }
        }
    }

    /// <summary>
    /// A program inside the namespaces of the server, with the variables that `portlight env` gives, no other AWS setting, and a home directory without an
    /// AWS configuration.
    /// </summary>
    internal ProcessStartInfo Inside(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Programs.Find("nsenter", "util-linux"), ["--target", _server!.Id.ToString(CultureInfo.InvariantCulture), "--net", "--mount", "--", program, .. arguments])
        {
            WorkingDirectory = _directory,
        };
        Clean(start);
        foreach ((var name, var value) in _environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["HOME"] = _directory;
        return start;
    }

    /// <summary>Runs a verb of the command on this installation.</summary>
    internal Task<(int Code, string Output, string Errors)> PortlightAsync(params IEnumerable<string> words) => Programs.RunAsync(Inside(Portlight, [.. words, "--data", DataDirectory]));

    /// <summary>Runs <c>portlight aws</c> on this installation with one AWS CLI.</summary>
    internal Task<(int Code, string Output, string Errors)> AwsAsync(string program, params IEnumerable<string> words) => Programs.RunAsync(Aws(program, words));

    /// <summary>The command that does so, to be started.</summary>
    internal ProcessStartInfo Aws(string program, params IEnumerable<string> words) => Inside(Portlight, ["aws", "--data", DataDirectory, "--aws", program, .. words]);

    /// <summary>An AWS CLI with its modules loaded, by the command that starts it; null where it cannot be loaded.</summary>
    internal LoadedAwsCli? Loaded(IReadOnlyList<string> command) => _loaded.GetOrAdd(string.Join(' ', command), _ => new(() => LoadedAwsCli.TryStart(Inside, command))).Value;

    /// <summary>The distribution's AWS CLI with its modules loaded, for servers that are not in these namespaces; null where it cannot be loaded.</summary>
    internal LoadedAwsCli? LoadedOutside(string program) => _loaded.GetOrAdd("outside " + program, _ => new(() => LoadedAwsCli.TryStart(Outside, [program]))).Value;

    private static ProcessStartInfo Outside(string program, IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(program, words);
        Clean(start);
        return start;
    }

    /// <summary>The ids of more operations than one page holds; made once, for all clients.</summary>
    internal Task<HashSet<string>> BacklogAsync() => _backlog.Value;

    private async Task<HashSet<string>> MakeBacklogAsync()
    {
        const int MoreThanAPage = 201;
        await using var client = ScriptedClient.Boto3(this);
        await client.CallAsync("CreateKeyPair", """{"keyPairName": "backlog"}""");
        var ids = new HashSet<string>();
        for (var number = 0; number < MoreThanAPage; number++)
        {
            var tagged = await client.CallAsync("TagResource", $$"""{"resourceName": "backlog", "tags": [{"key": "number", "value": "{{number}}"}]}""");
            ids.Add((string)tagged["operations"]![0]!["id"]!);
        }

        return ids;
    }

    /// <summary>The variables that the export line of `portlight env` sets, as a shell understands it.</summary>
    private async Task<Dictionary<string, string>> ReadEnvironmentAsync()
    {
        var start = Inside("sh", "-c", "eval \"$(\"$1\" env --data \"$2\")\" && env", "sh", Portlight, DataDirectory);
        (var code, var output, var errors) = await Programs.RunAsync(start);
        Assert.True(code == 0, $"`portlight env` failed: {errors}");
        return output.Split('\n').Where(line => line.StartsWith("AWS_", StringComparison.Ordinal)).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    /// <summary>Takes away what would configure a client or the server in another way than the test means, and shows the way to the system's tools.</summary>
    internal static void Clean(ProcessStartInfo start)
    {
        string[] foreign = ["AWS_", "BOTO", "PORTLIGHT_", "TF_", "ANSIBLE_", "HTTP_PROXY", "ALL_PROXY"];
        foreach (var name in start.Environment.Keys.Where(name => foreign.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["PATH"] += ":/usr/sbin:/sbin";
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Add(line);
        }
    }
}
