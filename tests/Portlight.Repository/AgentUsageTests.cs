using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>portlight-agent is too small for a parser that writes its manual page and completion; what is written by hand says what its usage says.</summary>
public partial class AgentUsageTests
{
    [Theory]
    [InlineData("portlight-agent.1")]
    [InlineData("portlight-agent.bash")]
    [InlineData("portlight-agent.zsh")]
    [InlineData("portlight-agent.fish")]
    public void Every_command_and_option_of_its_usage_is_in_the_manual_page_and_in_completion(string file)
    {
        var usage = RepositoryFiles.Lines("src/Portlight.AgentProgram/Program.cs").Single(line => line.StartsWith("const string Usage", StringComparison.Ordinal));
        var words = Word().Matches(usage.Replace("\\n", " ", StringComparison.Ordinal)).Select(match => match.Value).Distinct().ToList();
        Assert.Equal(["--count-packets", "--data", "--lab", "--version", "join", "restore-rules"], words.Order(StringComparer.Ordinal));
        var text = RepositoryFiles.Read($"eng/packaging/{file}").Replace("\\-", "-", StringComparison.Ordinal);
        // fish names a long option without its dashes.
        Findings.None($"words of the usage of portlight-agent that are not in {file}", words.Where(word => !text.Contains(word, StringComparison.Ordinal) && !text.Contains("-l " + word.TrimStart('-'), StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"(?<=[ \[])(--[a-z-]+|join|restore-rules)\b")]
    private static partial Regex Word();
}
