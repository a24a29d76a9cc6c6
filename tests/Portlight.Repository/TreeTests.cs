using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>A fresh clone has documents whose links lead somewhere, scripts that start, and nothing of the place where it was written.</summary>
[SupportedOSPlatform("linux")]
public partial class TreeTests
{
    private static readonly string[] Scripts = ["portlight", "test", ".ci/run", "eng/install-packages", "eng/older", "eng/package", "eng/publish"];

    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("SECURITY.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("LICENSE")]
    [InlineData("docs/settings.md")]
    public void The_documents_are_there(string path) => Assert.Contains(path, RepositoryFiles.All);

    /// <summary>X.Tests is what X is; the other projects tell it themselves.</summary>
    [Fact]
    public void Every_project_tells_what_it_is() =>
        Findings.None(
            "projects without a README.md of 3 to 40 lines",
            from project in RepositoryFiles.Projects
            where !project.EndsWith(".Tests.csproj", StringComparison.Ordinal) && !project.StartsWith("bench/", StringComparison.Ordinal) // bench/README.md
            let readme = Path.Combine(Path.GetDirectoryName(project)!, "README.md")
            where !RepositoryFiles.All.Contains(readme) || RepositoryFiles.Lines(readme).Length is < 3 or > 40
            select project);

    /// <summary>One that needs "and" is two projects, or has no name for what it is.</summary>
    [Fact]
    public void A_source_project_says_what_it_is_in_a_sentence_without_and() =>
        Findings.None(
            "first sentences of a source project's README.md that join two things",
            from project in RepositoryFiles.Projects
            where project.StartsWith("src/", StringComparison.Ordinal)
            let readme = RepositoryFiles.Read(Path.Combine(Path.GetDirectoryName(project)!, "README.md")).ReplaceLineEndings(" ")
            let sentence = FirstSentence().Match(readme).Groups["sentence"].Value
            where sentence.Length == 0 || sentence.Contains(" and ", StringComparison.Ordinal)
            select $"{project}: {sentence}");

    [Fact]
    public void Scripts_can_be_run_and_stop_at_the_first_fault() =>
        Findings.None(
            "scripts that are not executable, or do not start with bash's strict mode",
            from path in Scripts
            let mode = File.GetUnixFileMode(Path.Combine(RepositoryFiles.Root, path))
            let text = RepositoryFiles.Read(path)
            where !mode.HasFlag(UnixFileMode.UserExecute) || !text.StartsWith("#!/usr/bin/env bash\n", StringComparison.Ordinal) || !text.Contains("\nset -euo pipefail\n", StringComparison.Ordinal)
            select path);

    [Fact]
    public void Nothing_remembers_the_machine_it_was_written_on() =>
        Findings.None(
            "paths of somebody's machine",
            from path in RepositoryFiles.Texts
            where !path.StartsWith("tests/Portlight.Repository/", StringComparison.Ordinal)
            from line in RepositoryFiles.Lines(path)
            where MachinePath().IsMatch(line)
            select $"{path}: {line.Trim()}");

    [Fact]
    public void Lines_end_as_they_should() =>
        Findings.None(
            "text with carriage returns, or without a last line's end",
            from path in RepositoryFiles.Texts
            where path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".md", StringComparison.Ordinal) || path.EndsWith(".csproj", StringComparison.Ordinal) || Scripts.Contains(path)
            let text = RepositoryFiles.Read(path)
            where text.Contains('\r', StringComparison.Ordinal) || !text.EndsWith('\n')
            select path);

    [Fact]
    public void Links_between_documents_lead_somewhere() =>
        Findings.None(
            "links to files that are not there",
            from path in RepositoryFiles.All.Where(path => path.EndsWith(".md", StringComparison.Ordinal))
            from match in Link().Matches(RepositoryFiles.Read(path))
            let target = match.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let full = Path.GetFullPath(Path.Combine(RepositoryFiles.Root, Path.GetDirectoryName(path)!, target))
            where !Path.Exists(full)
            select $"{path}: {target}");

    [Fact]
    public void Every_environment_variable_of_ours_is_a_documented_one()
    {
        var documents = string.Concat(RepositoryFiles.All.Where(path => path.EndsWith(".md", StringComparison.Ordinal)).Select(RepositoryFiles.Read));
        Findings.None(
            "variables named PORTLIGHT_ that no document names",
            from path in RepositoryFiles.Sources
            where path.StartsWith("src/", StringComparison.Ordinal)
            from match in Variable().Matches(RepositoryFiles.Read(path))
            where !documents.Contains(match.Value, StringComparison.Ordinal)
            select $"{path}: {match.Value}");
    }

    [GeneratedRegex(@"(?<![\w.])/(?:work|home/\w+|Users/\w+|root/\.\w+)/")]
    private static partial Regex MachinePath();

    // Behind the heading, up to a full stop or a colon.
    [GeneratedRegex(@"^# \S+\s+(?<sentence>.*?)[.:] ")]
    private static partial Regex FirstSentence();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\bPORTLIGHT_[A-Z0-9_]*[A-Z0-9]\b")]
    private static partial Regex Variable();
}
