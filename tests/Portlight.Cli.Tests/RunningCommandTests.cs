using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Portlight.TestKit;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests;

/// <summary>The built program as a shell sees it: a server in a process of its own, and the verbs against it.</summary>
public sealed partial class RunningCommandTests : IDisposable
{
    private const int Terminate = 15;

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "portlight");

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("portlight-serve-");

    private Process? _server;

    public void Dispose()
    {
        _server?.Kill();
        _server?.Dispose();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_starts_serves_its_verbs_and_stops_when_asked()
    {
        var ready = await ServeAsync();
        Assert.Matches("^portlight ready http://127\\.0\\.0\\.1:[0-9]+ enforce=record$", ready);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(Path.Combine(_data.FullName, "credentials")));

        // As a user's shell reads it.
        var environment = await RunAsync("/bin/sh", ["-euc", "eval \"$1\"; echo \"$AWS_ENDPOINT_URL $AWS_REGION ${#AWS_ACCESS_KEY_ID} ${#AWS_SECRET_ACCESS_KEY}\"", "sh", (await PortlightAsync("env")).Output]);
        Assert.Equal($"{ready.Split(' ')[2]} us-east-1 20 40\n", environment.Output);

        var status = await PortlightAsync("status", "--json");
        Assert.Equal(0, status.Code);
        using (var json = JsonDocument.Parse(status.Output))
        {
            Assert.Equal("record", json.RootElement.GetProperty("server").GetProperty("enforce").GetString());
        }

        Assert.Contains("us-east-1", (await PortlightAsync("region", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("aws_secret_access_key = ", (await PortlightAsync("account", "create", "123456789012")).Output, StringComparison.Ordinal);
        Assert.Matches("123456789012 +(setting-up|active)", (await PortlightAsync("account", "list")).Output);

        await RefusesAsync(2, "give --yes", "account", "close", "123456789012");
        Assert.Matches("123456789012 +active", (await PortlightAsync("account", "list")).Output);
        Assert.Equal((0, "123456789012 is closed\n"), await PortlightAsync("account", "close", "123456789012", "--yes") is var closed ? (closed.Code, closed.Output) : default);

        // What is not there is told before what would become of it.
        Assert.DoesNotContain("afterwards", await RefusesAsync(1, "there is no account 999999999999", "account", "close", "999999999999"), StringComparison.Ordinal);
        Assert.DoesNotContain("afterwards", await RefusesAsync(1, "there is no instance nope", "detach", "nope"), StringComparison.Ordinal);

        var second = await PortlightAsync("serve", "--listen", "http://127.0.0.1:0", "--enforce", "record");
        Assert.Equal(1, second.Code);
        Assert.Equal(0, Kill(_server!.Id, Terminate));
        await _server.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _server.ExitCode);
        Assert.Contains("the server cannot be reached", (await PortlightAsync("status")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_attached_with_a_time_stays_when_it_is_confirmed_and_goes_back_when_not_though_the_server_is_killed_meanwhile()
    {
        await ServeAsync();
        var attached = await PortlightAsync("attach", "me", "--this-host", "--yes", "--confirm", "1h");
        Assert.Equal(0, attached.Code);
        Assert.Contains("undone after 3600 s unless confirmed", attached.Error, StringComparison.Ordinal);
        Assert.Contains("me: its change is undone at ", (await PortlightAsync("status")).Output, StringComparison.Ordinal);
        Assert.Equal("confirmed: open on me stays 22/tcp\n", (await PortlightAsync("confirm", "me")).Output);
        Assert.Contains("no change of the ports of me waits", (await PortlightAsync("confirm", "me")).Error, StringComparison.Ordinal);

        Assert.Equal(0, (await PortlightAsync("attach", "me", "--this-host", "--open", "tcp:443", "--yes", "--confirm", "1h")).Code);
        Assert.Equal("undone: open on me is again 22/tcp\n", (await PortlightAsync("confirm", "me", "--revert")).Output);

        Assert.Equal(0, (await PortlightAsync("attach", "me", "--this-host", "--open", "tcp:443", "--yes", "--confirm", "1s")).Code);
        _server!.Kill();
        await _server.WaitForExitAsync(TestContext.Current.CancellationToken);
        await ServeAsync();
        var table = "";
        await Until.TrueAsync(
            async () => (table = (await PortlightAsync("status")).Output).Contains("22/tcp", StringComparison.Ordinal),
            () => $"the change to be undone:\n{table}");

        var shown = (await PortlightAsync("audit", "show", "--where", "EventName=ChangeReverted")).Output;
        Assert.Matches("^account [0-9]{12}\n", shown);
        Assert.Matches("portlight +│? *portlight.*ChangeReverted.*443/tcp → 22/tcp", shown.ReplaceLineEndings(" "));
        Assert.Equal(2, (await PortlightAsync("audit", "show", "--limit", "0")).Code);
    }

    [Fact]
    public async Task The_log_is_a_line_of_json_for_every_request_when_nobody_watches()
    {
        await ServeAsync();
        Assert.Equal(0, (await PortlightAsync("status")).Code);
        var line = await _server!.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(line!);
        Assert.Equal("GetStatus", json.RootElement.GetProperty("operation").GetString());
        Assert.Equal("ok", json.RootElement.GetProperty("outcome").GetString());
        Assert.True(json.RootElement.GetProperty("milliseconds").GetDouble() > 0);
    }

    [Fact]
    public async Task The_demo_comes_to_its_end_and_leaves_nothing()
    {
        // Where no other test puts anything.
        var scratch = _data.CreateSubdirectory("scratch");
        var demo = await RunAsync("env", [$"TMPDIR={scratch.FullName}", Program, "demo"]);
        Assert.True(demo.Code == 0, demo.Output + demo.Error);
        Assert.Contains("Everything worked as described", demo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(demo.Output.Split('\n'), line => line.EndsWith(' ')); // nobody's terminal has a width here
        Assert.Empty(scratch.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task A_token_of_a_machine_that_joins_is_read_from_standard_input()
    {
        var joined = await RunAsync("/bin/sh", ["-euc", "echo portlight agent join plj1.AAAA | \"$1\" agent join - --data \"$2\"", "sh", Program, _data.FullName]);
        Assert.Equal(1, joined.Code);
        Assert.Contains("the token is not whole", joined.Error, StringComparison.Ordinal);
    }

    private async Task<string> RefusesAsync(int code, string why, params string[] words)
    {
        var refused = await PortlightAsync(words);
        Assert.Equal(code, refused.Code);
        Assert.Empty(refused.Output);
        Assert.Contains(why, refused.Error, StringComparison.Ordinal);
        return refused.Error;
    }

    private async Task<string> ServeAsync()
    {
        var start = new ProcessStartInfo(Program, ["serve", "--data", _data.FullName, "--listen", "http://127.0.0.1:0", "--enforce", "record"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _server = Process.Start(ServeProcess.Patiently(Clean(start)))!;
        return await _server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? await _server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private Task<(int Code, string Output, string Error)> PortlightAsync(params string[] words) =>
        RunAsync(Program, [.. words, "--data", _data.FullName]);

    private static async Task<(int Code, string Output, string Error)> RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(Clean(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true }))!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    /// <summary>Settings of the shell that runs the tests are not the tests'.</summary>
    private static ProcessStartInfo Clean(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PORTLIGHT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
