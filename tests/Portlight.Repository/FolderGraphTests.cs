namespace Portlight.Repository;

/// <summary>Folders of a project are rooms of their own: what one uses does not use it, over no matter how many others.</summary>
public class FolderGraphTests
{
    public static TheoryData<string> Projects => [.. RepositoryFiles.Projects.Where(path => path.StartsWith("src/", StringComparison.Ordinal)).Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_folders_of_a_project_have_no_cycle(string project)
    {
        var edges = TypeGraph.Uses(project)
            .Select(use => (From: Path.GetDirectoryName(use.From)!, To: Path.GetDirectoryName(use.To)!, use.What))
            .Where(use => use.From != use.To)
            .GroupBy(use => (use.From, use.To))
            .ToDictionary(group => group.Key, group => group.Select(use => use.What).Distinct().Order(StringComparer.Ordinal).ToList());
        var reached = edges.Keys.SelectMany(edge => new[] { edge.From, edge.To }).Distinct().ToDictionary(folder => folder, folder => Reached(folder, edges.Keys));
        List<string> cycles =
        [
            .. from edge in edges
               where reached[edge.Key.To].Contains(edge.Key.From)
               orderby edge.Key.From, edge.Key.To
               select $"{edge.Key.From} → {edge.Key.To}: {string.Join(", ", edge.Value.Take(3))}{(edge.Value.Count > 3 ? $" and {edge.Value.Count - 3} more" : "")}",
        ];
        Findings.None("uses that close a cycle of folders", cycles);
    }

    private static HashSet<string> Reached(string from, IEnumerable<(string From, string To)> edges)
    {
        var (reached, open) = (new HashSet<string>(), new Queue<string>([from]));
        while (open.TryDequeue(out var folder))
        {
            foreach (var (_, to) in edges.Where(edge => edge.From == folder && reached.Add(edge.To)))
            {
                open.Enqueue(to);
            }
        }

        return reached;
    }
}
