using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>What users read, and the comments that explain it, are plain technical English: one word for one thing, and no riddles.</summary>
public partial class WordTests
{
    [Fact]
    public void Words_that_have_a_plainer_one_are_not_used() =>
        Findings.None(
            "words with a plainer one: filter (judge), revert (take back), confirm (the kernel's word), repair (mend), not valid (stands for nobody), authenticated (genuine), a caller that may (Who may)",
            from path in RepositoryFiles.Texts
            where path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("docs/", StringComparison.Ordinal) || !path.Contains('/', StringComparison.Ordinal)
            where path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".md", StringComparison.Ordinal)
            from line in RepositoryFiles.Lines(path)
            from match in Banned().Matches(line)
            select $"{path}: {match.Value}: {line.Trim()}");

    // "Who may" at the start of a sentence has no noun; "users who may" has one.
    [GeneratedRegex(
        @"\bjudg(?:e|es|ed|ing)\b|\btak(?:e|es|en|ing) back\b|\bkernel's word\b|\bword of the kernel\b|\bstands? for nobody\b|\bgenuine\b|\bmend(?:s|ed|ing)?\b|\bput right\b|(?:^|[.:;|] +)Who may\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Banned();
}
