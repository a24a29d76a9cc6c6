using System.CommandLine;
using Portlight.Cli.Usage;

namespace Portlight.Cli.Tests.Usage;

/// <summary>What a wrong command line is answered, and what the help tells.</summary>
public class UsageTests
{
    [Theory]
    [InlineData("statu", "there is no `portlight statu`; did you mean `status`?", "`portlight --help`")]
    [InlineData("prots web-1", "there is no `portlight prots`; did you mean `ports`?", "`portlight --help`")]
    [InlineData("audit sho", "there is no `portlight audit sho`; did you mean `show`?", "`portlight audit --help`")]
    [InlineData("audit", "`portlight audit` needs one of: verify, show", "`portlight audit --help`")]
    [InlineData("frobnicate", "there is no `portlight frobnicate`", "`portlight --help`")]
    [InlineData("audit show --limti 3", "there is no option `--limti` in `portlight audit show`; did you mean `--limit`?", "`portlight audit show --help`")]
    [InlineData("status --jsno", "there is no option `--jsno` in `portlight status`; did you mean `--json`?", "`portlight status --help`")]
    [InlineData("detach --bogus --yes", "there is no option `--bogus` in `portlight detach`", "`portlight detach --help`")]
    [InlineData("serve --regoin=eu-west-1", "there is no option `--regoin` in `portlight serve`; did you mean `--region`?", "`portlight serve --help`")]
    [InlineData("status one two", "`two` is one word more than `portlight status` takes", "`portlight status --help`")]
    [InlineData("open", "`portlight open` needs NAME", "`portlight open --help`")]
    [InlineData("account close", "`portlight account close` needs ACCOUNT", "`portlight account close --help`")]
    [InlineData("explain web-1 22", "`portlight explain` needs --from ADDRESS: Source address of the packet", "`portlight explain --help`")]
    [InlineData("logs -n x", "`x` is not a whole number for `--lines`", "`portlight logs --help`")]
    [InlineData("audit show --limit x", "`x` is not a whole number for `--limit`", "`portlight audit show --help`")]
    [InlineData("history --limit 0", "--limit: `0` must be 1 to 10000", "`portlight history --help`")]
    [InlineData("connections web-1 --port x", "`x` is not a whole number for `--port`", "`portlight connections --help`")]
    [InlineData("refusals web-1 --limit 99999999999999", "`99999999999999` is not a whole number for `--limit`", "`portlight refusals --help`")]
    [InlineData("serve --data /one --data", "`--data` is given without DIR", "`portlight serve --help`")]
    [InlineData("status --data /one --data", "`--data` is given without DIR", "`portlight status --help`")]
    [InlineData("help statu", "there is no `portlight statu`; did you mean `status`?", "`portlight --help`")]
    [InlineData("audit sho --help", "there is no `portlight audit sho`; did you mean `show`?", "`portlight audit --help`")]
    [InlineData("completion fihs", "`fihs` is none of bash, fish, zsh; did you mean `fish`?", "`portlight completion --help`")]
    [InlineData("serve --listn http://127.0.0.1:1", "there is no option `--listn` in `portlight serve`; did you mean `--listen`?", "`portlight serve --help`")]
    public async Task A_wrong_line_says_what_was_meant_and_where_to_read_on(string line, string problem, string hint)
    {
        var (code, output, error) = await CommandLine.RunAsync(line);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(problem, error, StringComparison.Ordinal);
        // `open` alone lacks two words; everything else is one line and the hint.
        Assert.Equal(line == "open" ? 3 : 2, error.TrimEnd('\n').Split('\n').Length);
        Assert.EndsWith($"portlight: {hint} lists what there is\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public void No_word_behind_an_option_ends_a_line_with_anything_but_its_problems()
    {
        foreach (var path in VerbPaths().Where(path => path != "aws"))
        {
            var needed = CommandOf(path).Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0).Select(_ => "1").ToList();
            foreach (var option in CommandOf(path).Options.Where(option => option.Arity.MinimumNumberOfValues > 0))
            {
                foreach (var words in (string[][])[[option.Name], [option.Name, "x"], [option.Name, ""], [option.Name, "-1"], [option.Name, "99999999999999999999"], [option.Name, "x", option.Name], [option.Name, "x", option.Name, "y"]])
                {
                    var problems = UsageProblems.Of(PortlightCommand.Create().Parse([.. path.Split(' '), .. needed, .. words]));
                    Assert.True(problems.Count != 1, $"{path} {string.Join(' ', words)}: the help alone is no problem");
                    Assert.True(problems.Count > 1 || words.Length == 2 || (words.Length == 4 && option.Arity.MaximumNumberOfValues > 1), $"{path} {string.Join(' ', words)} passed");
                }
            }
        }
    }

    [Fact]
    public void A_name_may_begin_with_a_hyphen_behind_two() => Assert.Empty(UsageProblems.Of(PortlightCommand.Create().Parse("detach -- --odd")));

    [Theory]
    [InlineData("", "--help")]
    [InlineData("help", "--help")]
    [InlineData("help audit show", "audit show --help")]
    [InlineData("version", "--version")]
    [InlineData("-V", "--version")]
    public async Task Help_and_version_come_in_every_usual_way(string line, string same)
    {
        var (code, output, error) = await CommandLine.RunAsync(line);
        Assert.Equal((0, ""), (code, error));
        Assert.Equal((await CommandLine.RunAsync(same)).Output, output);
        Assert.NotEmpty(output);
    }

    [Fact]
    public async Task The_version_is_the_one_that_status_shows_and_the_commit() =>
        Assert.Matches("^portlight [0-9]+\\.[0-9]+\\.[0-9]+ \\([0-9a-f]{12}\\)\n$", (await CommandLine.RunAsync("--version")).Output);

    [Fact]
    public async Task Every_verb_tells_examples_and_exit_codes()
    {
        foreach (var path in VerbPaths())
        {
            var help = (await CommandLine.RunAsync($"{path} --help")).Output;
            Assert.Contains("\nExamples:\n", help, StringComparison.Ordinal);
            Assert.Contains("\nExit codes:\n  0  done\n", help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_guide_is_of_a_verb_and_every_example_is_a_line_that_can_be_run()
    {
        Assert.Equal(VerbPaths().Append("").Order(StringComparer.Ordinal), VerbExamples.Paths.Order(StringComparer.Ordinal));
        foreach (var (path, example) in VerbExamples.Paths.SelectMany(path => VerbExamples.Of(path)!.Examples.Select(example => (path, example.Line))))
        {
            var line = example.StartsWith("eval", StringComparison.Ordinal) ? "portlight env" : example;
            Assert.StartsWith($"portlight {path}".TrimEnd(), line, StringComparison.Ordinal);
            Assert.Empty(UsageProblems.Of(PortlightCommand.Create().Parse(line["portlight ".Length..].Split(" >")[0])));
        }
    }

    [Theory]
    [InlineData("statsu", "status")]
    [InlineData("stat", "status")]
    [InlineData("comfirm", "confirm")]
    [InlineData("xyzzy", null)]
    [InlineData("a", null)]
    public void The_nearest_word_is_suggested_and_none_that_is_far(string word, string? near) =>
        Assert.Equal(near, Suggestion.Nearest(word, ["status", "confirm", "ports", "open"]));

    private static Command CommandOf(string path) => path.Split(' ').Aggregate((Command)PortlightCommand.Create(), (command, word) => command.Subcommands.Single(verb => verb.Name == word));

    /// <summary>Every verb that can be run, by its words.</summary>
    internal static IEnumerable<string> VerbPaths() => VerbPaths(PortlightCommand.Create(), "");

    private static IEnumerable<string> VerbPaths(Command command, string path) => command.Subcommands.Where(verb => !verb.Hidden)
        .SelectMany(verb => verb.Subcommands.Count == 0 ? [$"{path}{verb.Name}"] : VerbPaths(verb, $"{path}{verb.Name} "));
}
