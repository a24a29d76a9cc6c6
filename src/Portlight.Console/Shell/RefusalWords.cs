using System.Text.RegularExpressions;

namespace Portlight.Console.Shell;

/// <summary>Several refusals in few words: what may not be done, by why. Each in full names the person and the thing, which the page does already.</summary>
internal static partial class RefusalWords
{
    public static IEnumerable<string> Of(IEnumerable<string?> refusals)
    {
        var known = refusals.OfType<string>().Distinct().Select(text => (Text: text, Match: Refusal().Match(text))).ToList();
        foreach (var why in known.Where(one => one.Match.Success).GroupBy(one => Why(one.Match)))
        {
            yield return $"Not allowed: {string.Join(", ", why.Select(one => one.Match.Groups["action"].Value).Distinct())} ({why.Key}).";
        }

        foreach (var (text, _) in known.Where(one => !one.Match.Success))
        {
            yield return text;
        }
    }

    /// <summary>Without the action's name, which differs.</summary>
    private static string Why(Match refusal) => refusal.Groups["why"].Value.Replace($"the {refusal.Groups["action"].Value} action", "it", StringComparison.Ordinal);

    /// <summary>As the server says it, in AWS's words.</summary>
    [GeneratedRegex(@"^User: \S+ is not authorized to perform: (?<action>\S+) on resource: .+? (?:because|with) (?<why>.+)$")]
    private static partial Regex Refusal();
}
