using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>docs/metrics.md lists every metric that there is, and no other.</summary>
public partial class MetricTests
{
    [Fact]
    public void The_page_lists_the_metrics_that_there_are() => Assert.Equal(
        new[] { "src/Portlight.Api/Http/RequestMetrics.cs", "src/Portlight.Background/BackgroundLoop.cs", "src/Portlight.Server/Telemetry/ServerMetrics.cs" }.SelectMany(file => Made().Matches(RepositoryFiles.Read(file))).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal),
        RepositoryFiles.Lines("docs/metrics.md").Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Listed().Matches(line.Split('|')[1]).Select(match => match.Groups["name"].Value)).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"Create\w+(?:<\w+>)?\(\s*""(?<name>[a-z.]+)""")]
    private static partial Regex Made();

    [GeneratedRegex("`(?<name>[a-z.]+)`")]
    private static partial Regex Listed();
}
