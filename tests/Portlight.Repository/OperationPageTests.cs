using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>docs/portlight-api.md lists every operation of Portlight's own API, and no other.</summary>
public partial class OperationPageTests
{
    [Fact]
    public void The_page_lists_the_operations_that_there_are() => Assert.Equal(
        Name().Matches(RepositoryFiles.Read("src/Portlight.Wire/PortlightApi/PortlightOperations.cs").Split("FrozenSet.Create(")[1]).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal),
        RepositoryFiles.Lines("docs/portlight-api.md").Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Listed().Matches(line.Split('|')[1]).Select(match => match.Groups["name"].Value)).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"""(?<name>[A-Z]\w+)""")]
    private static partial Regex Name();

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]+)`")]
    private static partial Regex Listed();
}
