using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>docs/clients.md says which clients the tests run; the tests say so too.</summary>
public partial class ClientTableTests
{
    [Fact]
    public void The_table_of_clients_names_the_classes_that_run_them_and_no_others()
    {
        var classes = Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "tests/Portlight.Conformance"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal))
            .SelectMany(path => Class().Matches(File.ReadAllText(path)))
            .Select(match => match.Groups["name"].Value)
            .ToHashSet();
        var named = Name().Matches(RepositoryFiles.Read("docs/clients.md")).Select(match => match.Groups["name"].Value).ToHashSet();

        Findings.None("classes that docs/clients.md names and that are not there", named.Except(classes));
        Findings.None(
            "clients that are tested and that docs/clients.md does not name",
            classes.Where(name => name is "TerraformTests" or "AnsibleTests" or "AwsCliTests" or "Boto3Tests" or "JavaScriptTests" || name.EndsWith("StoryTests", StringComparison.Ordinal)).Except(named));
    }

    [GeneratedRegex(@"^public sealed class (?<name>\w+Tests)\b", RegexOptions.Multiline)]
    private static partial Regex Class();

    [GeneratedRegex(@"`(?<name>\w+Tests)`")]
    private static partial Regex Name();
}
