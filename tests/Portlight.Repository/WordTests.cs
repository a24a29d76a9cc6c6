using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>What users read, the comments that explain it, and the names of tests are plain technical English: one word for one thing, and no riddles.</summary>
public partial class WordTests
{
    private const string Plainer =
        "words with a plainer one: filter (judge), revert (take back), confirm (the kernel's word), repair (mend, heal), not valid (stands for nobody), authenticated (genuine), "
        + "a caller, user, process that … (Who may …, whoever …, for who …)";

    [Fact]
    public void Words_that_have_a_plainer_one_are_not_used() =>
        Findings.None(
            Plainer,
            from path in RepositoryFiles.Texts
            where path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("docs/", StringComparison.Ordinal) || path.StartsWith("bench/", StringComparison.Ordinal) || !path.Contains('/', StringComparison.Ordinal)
            where path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".md", StringComparison.Ordinal)
            from line in RepositoryFiles.Lines(path)
            from match in Banned().Matches(line)
            select $"{path}: {match.Value}: {line.Trim()}");

    [Fact]
    public void Names_of_tests_do_not_use_them_either() =>
        Findings.None(
            Plainer,
            from path in RepositoryFiles.Sources
            where path.StartsWith("tests/", StringComparison.Ordinal)
            from name in TestName().Matches(RepositoryFiles.Read(path))
            let sentence = name.Groups["name"].Value.Replace('_', ' ')
            where Banned().IsMatch(sentence)
            select $"{path}: {sentence}");

    // "Who may" at the start of a sentence, "for who" and "; who" have no noun; "users who may" has one.
    [GeneratedRegex(
        @"\bjudg(?:e|es|ed|ing)\b|\btak(?:e|es|en|ing) back\b|\bkernel's word\b|\bword of the kernel\b|\bstands? for nobody\b|\bgenuine\b|\bmend(?:s|ed|ing)?\b|\bheal(?:s|ed|ing)?\b|\bput right\b"
        + @"|\bwho(?:m?ever)\b|(?-i:(?<![`""\w])Whom? (?=\w))|[;:] whom? \w|\b(?:for|to|by|than) who\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Banned();

    [GeneratedRegex(@"\bpublic (?:async )?(?:static )?(?:Task|ValueTask|void) (?<name>\w+_\w+)\(")]
    private static partial Regex TestName();
}
