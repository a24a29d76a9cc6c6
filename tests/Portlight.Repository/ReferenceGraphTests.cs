using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Portlight.Repository;

/// <summary>Who may know whom. An arrow that is not here is a decision: write it down in docs/decisions and then here.</summary>
public partial class ReferenceGraphTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Portlight.Domain"] = [],
        ["Portlight.Linux"] = [],
        ["Portlight.Background"] = [],
        ["Portlight.Wire"] = ["Portlight.Domain", "Portlight.Linux"],
        ["Portlight.Policies"] = ["Portlight.Domain"],
        ["Portlight.Storage"] = ["Portlight.Domain", "Portlight.Linux"],
        ["Portlight.Storage.Sqlite"] = ["Portlight.Domain", "Portlight.Linux", "Portlight.Storage"],
        ["Portlight.Storage.Postgres"] = ["Portlight.Domain", "Portlight.Storage", "Portlight.Storage.Sqlite"],
        ["Portlight.Nftables"] = ["Portlight.Domain", "Portlight.Linux"],
        ["Portlight.Certificates"] = ["Portlight.Domain"],
        ["Portlight.AgentStream"] = ["Portlight.Domain", "Portlight.Background", "Portlight.AgentProtocol"],
        ["Portlight.AgentHost"] = ["Portlight.Domain", "Portlight.Linux", "Portlight.Certificates", "Portlight.AgentProtocol", "Portlight.AgentStream", "Portlight.Agent"],
        ["Portlight.AgentProgram"] = ["Portlight.AgentProtocol", "Portlight.AgentHost"],
        ["Portlight.AgentListener"] = ["Portlight.Domain", "Portlight.Certificates", "Portlight.AgentProtocol", "Portlight.AgentStream", "Portlight.Api"],
        ["Portlight.AgentProtocol"] = ["Portlight.Domain"],
        ["Portlight.Agent"] = ["Portlight.Background", "Portlight.Domain", "Portlight.Linux", "Portlight.Nftables", "Portlight.AgentProtocol"],
        ["Portlight.Api"] = ["Portlight.AgentProtocol", "Portlight.Domain", "Portlight.Policies", "Portlight.Wire", "Portlight.Storage"],
        ["Portlight.Audit"] = ["Portlight.Background", "Portlight.Domain", "Portlight.Wire", "Portlight.Storage", "Portlight.Api"],
        ["Portlight.Identity"] = ["Portlight.Domain", "Portlight.Linux", "Portlight.Policies", "Portlight.Wire", "Portlight.Storage", "Portlight.Api", "Portlight.Audit"],
        ["Portlight.Fleet"] = ["Portlight.Domain", "Portlight.Wire", "Portlight.Storage", "Portlight.AgentProtocol", "Portlight.Api", "Portlight.Audit"],
        ["Portlight.Lightsail"] =
        [
            "Portlight.Background", "Portlight.Domain", "Portlight.Certificates", "Portlight.Policies", "Portlight.Wire", "Portlight.Storage", "Portlight.AgentProtocol", "Portlight.Api",
            "Portlight.Audit", "Portlight.Identity", "Portlight.Fleet",
        ],
        ["Portlight.Server"] =
        [
            "Portlight.Background", "Portlight.Domain", "Portlight.Linux", "Portlight.Policies", "Portlight.Wire", "Portlight.Storage", "Portlight.Storage.Sqlite", "Portlight.AgentProtocol", "Portlight.Api",
            "Portlight.Audit", "Portlight.Identity", "Portlight.Fleet", "Portlight.Lightsail", "Portlight.Certificates", "Portlight.AgentStream", "Portlight.AgentListener",
        ],
        ["Portlight.Testing"] = ["Portlight.AgentProtocol", "Portlight.Api", "Portlight.Domain", "Portlight.Server", "Portlight.Storage", "Portlight.Wire"],
        ["Portlight.Console"] = ["Portlight.Domain", "Portlight.Wire"],
        ["Portlight.Cli"] =
        [
            "Portlight.Background", "Portlight.Domain", "Portlight.Linux", "Portlight.Policies", "Portlight.Wire", "Portlight.Storage", "Portlight.Storage.Sqlite", "Portlight.Storage.Postgres", "Portlight.Nftables", "Portlight.AgentProtocol",
            "Portlight.Agent", "Portlight.Api", "Portlight.Audit", "Portlight.Identity", "Portlight.Fleet", "Portlight.Lightsail", "Portlight.Server", "Portlight.AgentHost",
        ],
    };

    [Fact]
    public void A_source_project_references_only_what_it_may() =>
        Findings.None(
            "references that the graph forbids",
            from path in SourceProjects
            let name = Name(path)
            from reference in References(path)
            where !Allowed[name].Contains(reference)
            select $"{name} → {reference}");

    [Fact]
    public void Every_source_project_is_in_the_graph_and_every_one_of_the_graph_exists() =>
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), SourceProjects.Select(Name).Order(StringComparer.Ordinal));

    [Fact]
    public void The_picture_of_the_architecture_shows_every_source_project()
    {
        var picture = RepositoryFiles.Read("ARCHITECTURE.md").Split("```")[1];
        Findings.None("source projects that the picture in ARCHITECTURE.md does not show", SourceProjects.Select(Name).Where(name => !picture.Contains($"src/{name} ", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_C_library_is_called_in_one_project() =>
        Findings.None(
            "calls of native libraries beside src/Portlight.Linux",
            from path in RepositoryFiles.Sources
            where path.StartsWith("src/", StringComparison.Ordinal) && !path.StartsWith("src/Portlight.Linux/", StringComparison.Ordinal)
            from line in RepositoryFiles.Read(path).Split('\n')
            where NativeCall().IsMatch(line) && !line.Contains("\"e_sqlite3\"", StringComparison.Ordinal)
            select $"{path}: {line.Trim()}");

    [Fact]
    public void The_domain_is_pure() =>
        Assert.DoesNotContain(Document("src/Portlight.Domain/Portlight.Domain.csproj").Descendants(), element => element.Name.LocalName is "PackageReference" or "FrameworkReference");

    [Fact]
    public void No_test_project_is_referenced_but_the_kit() =>
        Findings.None(
            "references to test projects",
            from path in RepositoryFiles.Projects
            from reference in Document(path).Descendants("ProjectReference").Select(element => (string)element.Attribute("Include")!)
            where reference.Contains("Tests", StringComparison.Ordinal)
            select $"{path} → {reference}");

    [Fact]
    public void A_test_project_is_named_after_a_source_project_or_is_one_of_nine()
    {
        string[] others = ["Portlight.Boot", "Portlight.Cluster", "Portlight.TestKit", "Portlight.Storage.Contract", "Portlight.Conformance", "Portlight.Conformance.DotNet", "Portlight.Netns", "Portlight.Packages", "Portlight.Repository"];
        Findings.None(
            "test projects of nothing",
            RepositoryFiles.Projects.Where(path => path.StartsWith("tests/", StringComparison.Ordinal)).Select(Name)
                .Where(name => !others.Contains(name) && !Allowed.ContainsKey(name.Replace(".Tests", "", StringComparison.Ordinal))));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = RepositoryFiles.Read("Portlight.slnx");
        Findings.None("projects that no build of the solution builds", RepositoryFiles.Projects.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_place() =>
        Findings.None(
            "versions beside Directory.Packages.props",
            from path in RepositoryFiles.Projects
            from package in Document(path).Descendants("PackageReference")
            where package.Attribute("Version") is not null
            select $"{path}: {package.Attribute("Include")?.Value}");

    private static IEnumerable<string> SourceProjects => RepositoryFiles.Projects.Where(path => path.StartsWith("src/", StringComparison.Ordinal));

    private static IEnumerable<string> References(string project) =>
        Document(project).Descendants("ProjectReference").Select(element => Name((string)element.Attribute("Include")!));

    private static string Name(string path) => Path.GetFileNameWithoutExtension(path);

    private static XDocument Document(string project) => XDocument.Parse(RepositoryFiles.Read(project));

    [GeneratedRegex(@"\[(LibraryImport|DllImport)\(")]
    private static partial Regex NativeCall();
}
