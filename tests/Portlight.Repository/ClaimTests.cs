using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>What README and the pages of docs/ promise has a test, and docs/claims.md says which: no promise outlives its test.</summary>
public partial class ClaimTests
{
    private const string Page = "docs/claims.md";

    [Fact]
    public void Every_test_that_a_claim_names_exists()
    {
        var tests = (
            from path in RepositoryFiles.Sources
            where path.StartsWith("tests/", StringComparison.Ordinal)
            let text = RepositoryFiles.Read(path)
            from method in Test().Matches(text)
            from type in Type().Matches(text)
            select $"{type.Groups["name"].Value}.{method.Groups["name"].Value}").ToHashSet();
        Findings.None($"names in {Page} that are no test", Named().Matches(RepositoryFiles.Read(Page)).Select(match => match.Groups["test"].Value).Where(name => !tests.Contains(name)));
    }

    [Fact]
    public void Every_claim_has_a_test() =>
        Findings.None(
            $"lines of a table in {Page} that name no test",
            RepositoryFiles.Lines(Page).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line != "| claim | test |" && !Named().IsMatch(line)));

    [GeneratedRegex(@"`(?<test>[A-Z]\w*Tests\.\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^\]]*\](?:\s*\[(?:[^\[\]]|\[[^\]]*\])*\])*\s*public (?:async )?(?:static )?(?:Task|ValueTask|void) (?<name>\w+)")]
    private static partial Regex Test();

    [GeneratedRegex(@"^public (?:sealed |abstract |partial |static )*class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Type();
}
