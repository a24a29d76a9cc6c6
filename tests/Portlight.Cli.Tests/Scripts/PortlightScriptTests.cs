using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Portlight.TestKit.Network;

namespace Portlight.Cli.Tests.Scripts;

/// <summary>
/// <c>./portlight</c> in a tree of its own, with a <c>dotnet</c> that only notes that it was called and leaves a program that tells what it was given. Times of
/// files are set, not waited for.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class PortlightScriptTests : IDisposable
{
    private static readonly DateTime Past = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly DirectoryInfo _tree = Directory.CreateTempSubdirectory("portlight-script-");
    private string? _home;

    public PortlightScriptTests()
    {
        File.Copy(Path.Combine(Root(), "portlight"), Path.Combine(_tree.FullName, "portlight"));
        foreach (var file in (string[])["src/A/A.cs", "eng/BannedSymbols.txt", "Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig"])
        {
            Write(file, "");
        }

        Script(
            "bin/dotnet",
            """
            echo "$@" >>"$TREE/calls"
            echo "$HOME" >"$TREE/home"
            echo 'something the build says'
            if [[ -p $TREE/held ]]; then
                exec 5>"$TREE/held"
                sleep 600 & # a server of the build
                echo started >&5
                [[ ! -e $TREE/endless ]] || wait
            fi
            [[ ! -e $TREE/broken ]] || exit 1
            if [[ -e $TREE/alone && $* == *PublishReadyToRun=true* ]]; then
                echo 'error NU1101: Unable to find package microsoft.netcore.app.crossgen2.linux-x64.'
                exit 1
            fi
            mkdir -p "$TREE/artifacts/command/console"
            if [[ $* == *Portlight.Console.csproj* ]]; then
                touch "$TREE/artifacts/command/console/portlight-console"
                chmod +x "$TREE/artifacts/command/console/portlight-console"
                exit
            fi
            printf '#!/usr/bin/env bash\necho "ran: $*"\nexit 7\n' >"$TREE/artifacts/command/portlight"
            chmod +x "$TREE/artifacts/command/portlight"
            """);
        Age();
    }

    public void Dispose() => _tree.Delete(recursive: true);

    [Fact]
    public void The_first_use_builds_and_the_second_does_not()
    {
        Assert.Equal("ran: status --json\n", Run("status", "--json").Output);
        Assert.Equal("ran: a b  c\n", Run("a", "b  c").Output);
        Assert.Equal(1, Builds);
    }

    [Theory]
    [InlineData("src/A/A.cs")]
    [InlineData("src/A/New.cs")]
    [InlineData("Directory.Packages.props")]
    [InlineData("global.json")]
    public void A_change_builds_again(string file)
    {
        Run();
        Touch(file);
        Run();
        Assert.Equal(2, Builds);
    }

    [Theory]
    [InlineData(2, "console")]
    [InlineData(2, "serve", "--console")]
    [InlineData(2, "serve", "--console=http://127.0.0.1:1", "--enforce", "record")]
    [InlineData(1, "serve", "--data", "console")]
    public void The_console_is_built_when_it_is_asked_for(int builds, params string[] words)
    {
        Assert.Equal($"ran: {string.Join(' ', words)}\n", Run(words).Output);
        Run(words);
        Assert.Equal(builds, Builds);
    }

    [Fact]
    public void A_deleted_file_builds_again()
    {
        Run();
        File.Delete(Path.Combine(_tree.FullName, "src/A/A.cs"));
        Directory.SetLastWriteTimeUtc(Path.Combine(_tree.FullName, "src/A"), DateTime.UnixEpoch.AddYears(80));
        Run();
        Assert.Equal(2, Builds);
    }

    [Fact]
    public void What_the_build_says_is_talk_and_the_exit_code_is_the_commands_own()
    {
        var (code, output, error) = Run();
        Assert.Equal(7, code);
        Assert.Equal("ran: \n", output);
        Assert.Contains("something the build says", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_that_fails_runs_nothing_and_is_tried_again()
    {
        Write("broken", "");
        Assert.Equal((1, ""), (Run().Code, Run().Output));
        Assert.Equal(2, Builds);
        File.Delete(Path.Combine(_tree.FullName, "broken"));
        Assert.Equal(7, Run().Code);
    }

    [Fact]
    public void Where_the_precompiler_cannot_be_had_the_program_is_built_without_it_and_that_is_said()
    {
        Write("alone", "");
        var (code, _, error) = Run();
        Assert.Equal(7, code);
        Assert.Contains("not compiled ahead", error, StringComparison.Ordinal);
        Assert.DoesNotContain("NU1101", error, StringComparison.Ordinal);
        Run();
        Assert.Equal(2, Builds);
    }

    [Theory]
    [InlineData(false, 7)]
    [InlineData(true, 1)]
    public async Task A_server_that_a_build_starts_ends_with_it(bool isBroken, int code)
    {
        if (isBroken)
        {
            Write("broken", "");
        }

        using var server = WatchServer();
        Assert.Equal(code, Run().Code);
        await EndOf(server);
    }

    [Fact]
    public async Task A_build_that_is_interrupted_leaves_nothing_running()
    {
        Write("endless", "");
        using var server = WatchServer();
        using var process = Process.Start(Prepare(Path.Combine(_tree.FullName, "portlight"), []))!;
        Assert.Equal("started", await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await EndOf(server);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(7, process.ExitCode);
    }

    [Fact]
    public void Where_there_is_no_home_to_write_to_what_the_build_keeps_there_is_beside_the_build()
    {
        Assert.Equal(7, Run().Code);
        Assert.Equal(_tree.FullName + "\n", File.ReadAllText(Path.Combine(_tree.FullName, "home")));
        _home = "/nonexistent/home";
        Touch("src/A/A.cs");
        Assert.Equal(7, Run().Code);
        var beside = Path.Combine(_tree.FullName, "artifacts/home");
        Assert.Equal(beside + "\n", File.ReadAllText(Path.Combine(_tree.FullName, "home")));
        Assert.True(Directory.Exists(beside));
    }

    [Fact]
    public void It_works_from_elsewhere_and_through_a_link()
    {
        var link = Path.Combine(_tree.FullName, "bin", "pl");
        File.CreateSymbolicLink(link, Path.Combine(_tree.FullName, "portlight"));
        Assert.Equal("ran: x\n", Start(link, ["x"]).Output);
    }

    private int Builds => File.ReadAllLines(Path.Combine(_tree.FullName, "calls")).Count(line => line.StartsWith("publish ", StringComparison.Ordinal));

    private (int Code, string Output, string Error) Run(params string[] arguments) => Start(Path.Combine(_tree.FullName, "portlight"), arguments);

    /// <summary>Builds start a server from now on. What is returned reads a pipe that the server has at its other end, so it ends with the server.</summary>
    private Process WatchServer()
    {
        var held = Path.Combine(_tree.FullName, "held");
        using (var made = Process.Start("mkfifo", [held]))
        {
            made.WaitForExit();
        }

        return Process.Start(new ProcessStartInfo("cat", [held]) { RedirectStandardOutput = true })!;
    }

    private static async Task EndOf(Process server) =>
        await server.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);

    private (int Code, string Output, string Error) Start(string program, string[] arguments)
    {
        using var process = Process.Start(Prepare(program, arguments))!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private ProcessStartInfo Prepare(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["PATH"] = Path.Combine(_tree.FullName, "bin") + ":/usr/bin:/bin";
        start.Environment["TREE"] = _tree.FullName;
        start.Environment["HOME"] = _home ?? _tree.FullName;
        return start;
    }

    private void Script(string path, string text)
    {
        Write(path, "#!/usr/bin/env bash\nset -eu\n" + text + "\n");
        File.SetUnixFileMode(Path.Combine(_tree.FullName, path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(_tree.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private void Touch(string path)
    {
        Write(path, "changed");
        File.SetLastWriteTimeUtc(Path.Combine(_tree.FullName, path), DateTime.UnixEpoch.AddYears(80));
    }

    /// <summary>Everything is older than any build.</summary>
    private void Age()
    {
        foreach (var path in _tree.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).OrderByDescending(entry => entry.FullName.Length))
        {
            path.LastWriteTimeUtc = Past;
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Portlight.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
