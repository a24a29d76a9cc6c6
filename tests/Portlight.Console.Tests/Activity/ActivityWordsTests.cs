using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Portlight.Console.Activity;

namespace Portlight.Console.Tests.Activity;

public sealed partial class ActivityWordsTests
{
    [Fact]
    public void Every_operation_that_changes_something_has_words_and_no_other_name_has()
    {
        var operations = Operations();

        Assert.Equal([], operations.Where(operation => !Reads().IsMatch(operation) && ActivityWords.Of(operation) == operation));
        Assert.Equal([], ActivityWords.All.Except(operations));
    }

    /// <summary>As the table of decisions names them, which has every operation that there is.</summary>
    private static List<string> Operations([CallerFilePath] string testFile = "") =>
    [
        .. File.ReadLines(Path.Combine(Path.GetDirectoryName(testFile)!, "../../Portlight.Server.Tests/Golden/authorisation.txt"))
            .Select(line => line.Split(' ')[0]).Where(name => name.Contains(':', StringComparison.Ordinal)).Select(name => name.Split(':')[1]),
    ];

    [GeneratedRegex("^(Get|List|Lookup|Count|Simulate|Check|Explain|Preview|Watch|Discover|Is)")]
    private static partial Regex Reads();
}
