using System.Diagnostics;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Usage;

/// <summary>What a person gets who types the beginning of a line and the tabulator key, in each shell that <c>portlight completion</c> has a script for.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-completion-");

    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Verbs_options_and_names_of_instances_are_completed(string shell)
    {
        Assert.SkipUnless(IsInstalled(shell), $"{shell} is not installed");
        using var server = await ServeProcess.StartAsync(ServeProcess.CommandOn(Data), Data);
        await server.CreateAsync("web-1");
        await server.CreateAsync("web-2");
        await server.CreateAsync("db-1");

        Assert.Contains("status", await CompleteAsync(shell, "portlight sta"));
        Assert.Contains("verify", await CompleteAsync(shell, "portlight audit v"));
        Assert.Contains("--json", await CompleteAsync(shell, "portlight status --js"));
        Assert.DoesNotContain("web-1", await UntilAsync("db-1", () => CompleteAsync(shell, "portlight ports d")));
    }

    [Fact]
    public async Task Every_verb_that_takes_an_instance_completes_its_name()
    {
        using var server = await ServeProcess.StartAsync(ServeProcess.CommandOn(Data), Data);
        await server.CreateAsync("web-1");
        foreach (var verb in (string[])["open", "close", "ports", "explain", "detach", "confirm", "status"])
        {
            await UntilAsync("web-1", () => SuggestAsync($"{verb} w"));
        }
    }

    [Fact]
    public async Task Without_a_server_nothing_is_said_and_nobody_waits() => Assert.DoesNotContain("web-1", await SuggestAsync("ports w"));

    /// <summary>A server that is slow to answer is passed over, and the key can be pressed again.</summary>
    private static async Task<string[]> UntilAsync(string word, Func<Task<string[]>> complete)
    {
        using var limit = new CancellationTokenSource(Deadline.Span);
        while (true)
        {
            var words = await complete();
            if (words.Contains(word))
            {
                return words;
            }

            Assert.False(limit.IsCancellationRequested, $"`{word}` was not among the completions within {Deadline.Span}");
        }
    }

    private async Task<string[]> SuggestAsync(string line)
    {
        var (code, output, error) = await RunAsync(PortlightProgram.Path, $"[suggest:{line.Length}]", line);
        Assert.Equal((0, ""), (code, error));
        return output.Split('\n');
    }

    /// <summary>As a package installs it: zsh loads the function of that name with the first key.</summary>
    [Fact]
    public async Task In_zsh_the_first_key_completes_when_the_script_is_a_function_of_the_search_path()
    {
        Assert.SkipUnless(IsInstalled("zsh"), "zsh is not installed");
        Assert.Contains("status", await CompleteAsync("zsh", "portlight sta", "_portlight", Zsh.Replace("autoload -Uz compinit; compinit -u -D; source $1", "fpath=(${1:h} $fpath); autoload -Uz compinit; compinit -u -D", StringComparison.Ordinal)));
    }

    private async Task<string[]> CompleteAsync(string shell, string typed, string? file = null, string zsh = Zsh)
    {
        var script = Path.Combine(_folder.FullName, file ?? $"portlight.{shell}");
        await File.WriteAllTextAsync(script, (await CommandLine.RunAsync($"completion {shell}")).Output, TestContext.Current.CancellationToken);
        var (code, output, error) = await RunAsync(shell, shell switch { "bash" => ["-euc", Bash, "bash", script, typed], "zsh" => ["-fc", zsh, "zsh", script, typed], _ => ["-c", Fish, script, typed] });
        Assert.True(code == 0 && error.Length == 0, $"{code}: {output}{error}");
        return output.Split(['\n', ' ', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>As readline calls the function; where that finds nothing it fails, and readline goes on with names of files.</summary>
    private const string Bash = """
        source "$1"
        COMP_LINE=$2 COMP_POINT=${#2}
        read -ra COMP_WORDS <<<"$2"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _portlight || true
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    /// <summary>
    /// A shell at a terminal of its own: what it has in its line after the key is written by a widget. The marks are in two parts where they are typed, or the echo of a terminal that has
    /// not switched it off yet would be taken for them.
    /// </summary>
    private const string Zsh = """
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PS1= PS2=; stty -echo; autoload -Uz compinit; compinit -u -D; source $1"
        zpty -w shell 'show() { print -r -- "li""ne=<$BUFFER>"; BUFFER=; zle accept-line }; zle -N show; bindkey "^X" show; print ready''='
        zpty -r shell out '*ready=*'
        zpty -w -n shell "$2"$'\t\x18'
        zpty -r shell out '*line=<*>*'
        zpty -d shell
        print -r -- "${${out##*line=<}%%>*}"
        """;

    private const string Fish = "source $argv[1]; complete -C $argv[2]";

    private static bool IsInstalled(string shell) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, shell)));

    private async Task<(int Code, string Output, string Error)> RunAsync(string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["PATH"] = AppContext.BaseDirectory + ":" + start.Environment["PATH"];
        start.Environment["PORTLIGHT_DATA"] = Data;
        start.Environment["HOME"] = _folder.FullName;
        start.Environment["TERM"] = "dumb";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
