using System.Globalization;
using System.Text.RegularExpressions;

namespace Portlight.Console.Shell;

/// <summary>What the palette understands beside names and addresses.</summary>
internal static partial class PaletteQuestion
{
    /// <summary>Which port a question is about: <c>who can reach 22?</c>, <c>port 22</c>, <c>22</c>. Null where it is about none.</summary>
    public static int? Port(string text) => PortWords().Match(text) is { Success: true } match && int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture) is <= 65535 and var port ? port : null;

    /// <summary>Which packet a question is about: <c>could 198.51.100.23 reach 22 on web-1?</c> Null where it is about none.</summary>
    public static (string From, string Port, string Instance)? Packet(string text) =>
        PacketWords().Match(text) is { Success: true } match ? (match.Groups["from"].Value, match.Groups["port"].Value, match.Groups["name"].Value) : null;

    [GeneratedRegex(@"^(?:(?:who|what)\b.*\b|port |open:)?(?<port>\d{1,5})\s*\??$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex PortWords();

    [GeneratedRegex(@"^(?:could |can |would )?\s*(?<from>[0-9a-f][0-9a-f.:]+)\s+(?:reach|get to)\s+(?<port>\d{1,5})\s+(?:on|of|at)\s+(?<name>[\w.-]+)\s*\??$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex PacketWords();
}
