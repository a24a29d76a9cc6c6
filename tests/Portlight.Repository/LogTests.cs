using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>Operators search the log by the number of an event.</summary>
public partial class LogTests
{
    [Fact]
    public void Every_event_of_the_log_has_a_number_of_its_own() =>
        Findings.None(
            "numbers of log events that two events have",
            from path in RepositoryFiles.Sources
            where path.StartsWith("src/", StringComparison.Ordinal)
            from match in Event().Matches(RepositoryFiles.Read(path))
            group path by match.Groups["number"].Value into places
            where places.Count() > 1
            select $"{places.Key}: {string.Join(", ", places)}");

    [GeneratedRegex(@"LoggerMessage\((?<number>\d+),")]
    private static partial Regex Event();
}
