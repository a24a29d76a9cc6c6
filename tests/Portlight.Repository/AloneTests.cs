using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>What a busy machine would make fail runs with nothing beside it: `./test` takes it by a trait, and nothing else of its suite.</summary>
public sealed partial class AloneTests
{
    /// <summary>What counts lost packets, and machines whose programs take a busy machine for a dead one.</summary>
    [Fact]
    public void A_class_that_counts_lost_packets_or_starts_a_cluster_is_marked_to_run_alone() =>
        Findings.None(
            "tests without [Trait(\"machine\", \"alone\")]",
            from path in RepositoryFiles.Sources
            where path.StartsWith("tests/Portlight.Netns/", StringComparison.Ordinal) || path.StartsWith("tests/Portlight.Cluster/", StringComparison.Ordinal)
            let text = RepositoryFiles.Read(path)
            where Test().IsMatch(text) && Sensitive().IsMatch(text) && !text.Contains("[Trait(\"machine\", \"alone\")]", StringComparison.Ordinal)
            select path);

    [Fact]
    public void Only_suites_that_the_script_divides_have_such_a_mark()
    {
        var divided = Divided().Match(RepositoryFiles.Read("test")).Groups["suites"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var marked = RepositoryFiles.Sources.Where(path => !path.StartsWith("tests/Portlight.Repository/", StringComparison.Ordinal) && RepositoryFiles.Read(path).Contains("Trait(\"machine\"", StringComparison.Ordinal))
            .Select(path => path.Split('/')[1]["Portlight.".Length..]).Distinct();

        Assert.Equal(divided.Order(StringComparer.Ordinal), marked.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\s*\[(Fact|Theory)\b", RegexOptions.Multiline)]
    private static partial Regex Test();

    [GeneratedRegex(@"\bnew (Traffic|Probes)\b|\bTwoServers\b")]
    private static partial Regex Sensitive();

    [GeneratedRegex("^readonly divided='(?<suites>[^']*)'", RegexOptions.Multiline)]
    private static partial Regex Divided();
}
