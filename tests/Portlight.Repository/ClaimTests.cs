using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>What README and the pages of docs/ promise has a test, and docs/claims.md says which: no promise outlives its test, and none is changed without a look at it.</summary>
public partial class ClaimTests
{
    private const string Page = "docs/claims.md", Conformance = "docs/conformance.md";

    /// <summary>Pages that promise nothing to users, and what they do instead.</summary>
    private static readonly Dictionary<string, string> WithoutPromises = new(StringComparer.Ordinal)
    {
        [Page] = "lists the claims",
        ["docs/adding-an-operation.md"] = "tells contributors where to write",
        ["docs/glossary.md"] = "says what words mean",
        ["docs/status.md"] = "says what is wrong or missing",
    };

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

    [Fact]
    public void Every_page_that_promises_something_has_its_claims() =>
        Findings.None(
            $"pages of docs/ without a section in {Page}; write down what they promise and which test tries it",
            RepositoryFiles.All
                .Where(path => path.StartsWith("docs/", StringComparison.Ordinal) && path.Count(letter => letter == '/') == 1 && path.EndsWith(".md", StringComparison.Ordinal))
                .Prepend("README.md")
                .Except(WithoutPromises.Keys)
                .Except(Claims().Select(claim => claim.Of)));

    [Fact]
    public void The_words_of_a_claim_stand_in_its_page() =>
        Findings.None(
            $"claims in {Page} whose words are not in the page: it has changed, so look whether the test still tries what it says",
            from claims in Claims().GroupBy(claim => claim.Of)
            let text = Plain(RepositoryFiles.Read(claims.Key))
            from claim in claims
            where !text.Contains(Plain(claim.Words), StringComparison.Ordinal)
            select $"{claims.Key}: {claim.Words}");

    /// <summary>A claim is of the first row that holds its words, so that words which stand in many rows are no claim of all of them.</summary>
    [Fact]
    public void Every_row_of_the_conformance_page_has_a_claim()
    {
        var claims = Claims().Where(claim => claim.Of == Conformance).Select(claim => Plain(claim.Words)).ToList();
        var rows = Rows(Conformance).Where(row => !row.Heading.StartsWith("###", StringComparison.Ordinal)).Select(row => Plain(row.Line)).ToList();
        var claimed = claims.Select(words => rows.Find(row => row.Contains(words, StringComparison.Ordinal))).ToHashSet();
        Findings.None($"rows of {Conformance} of which {Page} claims nothing: add words of them with the test that tries them, or take them out", rows.Where(row => !claimed.Contains(row)));
    }

    [Fact]
    public void Every_difference_to_the_simulator_is_in_the_table()
    {
        var shown = Rows(Conformance).Where(row => row.Heading.StartsWith("###", StringComparison.Ordinal)).SelectMany(row => row.Line.Split('|')[1].Split(',', StringSplitOptions.TrimEntries));
        var tried = Difference().Matches(RepositoryFiles.Read("tests/Portlight.Conformance/Policies/KnownDifferences.cs")).Select(match => match.Groups["name"].Value);
        Assert.Equal(tried.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    /// <summary>The rows of a page's tables without their heads, each with the heading above it.</summary>
    private static IEnumerable<(string Heading, string Line)> Rows(string page)
    {
        var heading = "";
        var lines = RepositoryFiles.Lines(page);
        for (var i = 0; i < lines.Length; i++)
        {
            heading = lines[i].StartsWith('#') ? lines[i] : heading;
            if (lines[i].StartsWith("| ", StringComparison.Ordinal) && (i + 1 == lines.Length || !lines[i + 1].StartsWith("|-", StringComparison.Ordinal)))
            {
                yield return (heading, lines[i]);
            }
        }
    }

    /// <summary>The rows of the tables, each with the page that its section is of.</summary>
    private static IEnumerable<(string Of, string Words)> Claims()
    {
        var page = "";
        foreach (var line in RepositoryFiles.Lines(Page))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                page = line[3..];
            }
            else if (line.StartsWith("| ", StringComparison.Ordinal) && line != "| claim | test |")
            {
                yield return (page, line.Split('|')[1].Trim());
            }
        }
    }

    /// <summary>Without marks, targets of links and line ends.</summary>
    private static string Plain(string markdown) => Blank().Replace(Mark().Replace(markdown, ""), " ");

    [GeneratedRegex(@"\]\([^)]*\)|[\[*`]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^        \(""(?<name>[a-z0-9-]+)"", ", RegexOptions.Multiline)]
    private static partial Regex Difference();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex(@"`(?<test>[A-Z]\w*\.[A-Z]\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[\s\S]*?\bpublic (?:async )?(?:static )?(?:Task|ValueTask|void) (?<name>\w+)\(")]
    private static partial Regex Test();

    [GeneratedRegex(@"^public (?:sealed |abstract |partial |static )*class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Type();
}
