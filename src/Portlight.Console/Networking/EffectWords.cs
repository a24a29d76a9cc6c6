using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>What a change does to packets, in words.</summary>
internal static class EffectWords
{
    public static string Class(string kind) => kind switch { "opens" or "widens" => "opens", "closes" => "closes", _ => "narrows" };

    public static string Icon(string kind) => kind switch { "opens" or "widens" => "plus", "closes" => "minus", "narrows" => "narrow", _ => "edit" };

    public static string Title(PortRule rule, string kind) =>
        $"{Applications.NameOf(rule) switch { Applications.Custom or Applications.CustomIcmp => rule.Protocol == "other" ? "Other protocols" : "Port", var name => name }} {(kind == "replaces" ? "changes its sources" : kind)}";

    public static string Sentence(PortChangeEffect effect) => effect.Kind switch
    {
        "opens" => $"To {Of(effect.After)}",
        "closes" => $"Was open to {Of(effect.Before)}",
        _ => $"From {Of(effect.Before)} to {Of(effect.After)}",
    };

    /// <summary>The same beside the port: <c>from 192.0.2.0/24</c>.</summary>
    public static string Line(PortChangeEffect effect) => effect.Kind switch
    {
        "opens" => $"from {Names(effect.After)}",
        "closes" => $"was from {Names(effect.Before)}",
        _ => $"from {Names(effect.After)}, was from {Names(effect.Before)}",
    };

    public static IReadOnlyList<string> Sources(PacketSources sources) => [.. sources.Cidrs, .. sources.Ipv6Cidrs, .. sources.CidrListAliases];

    private static string Names(PacketSources sources)
    {
        List<string> names = [.. SourceWords.Of([.. Sources(sources)]).Select(word => word.IsEveryone ? word.Text.Replace("Everyone", "everyone", StringComparison.Ordinal) : word.Text)];
        return names.Count <= 4 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(3))} and {names.Count - 3} more";
    }

    private static string Of(PacketSources sources)
    {
        var all = Sources(sources);
        if (all.Count == 0)
        {
            return "nobody";
        }

        var everyone = SourceWords.Of(all).Where(word => word.IsEveryone).Select(word => word.Text.Replace("Everyone", "everyone", StringComparison.Ordinal));
        var rest = all.Where(source => source is not (PortRule.Everyone4 or PortRule.Everyone6)).ToList();
        var addresses = rest.Count(source => SourceWords.Short(source) != source);
        string[] parts =
        [
            .. everyone,
            .. addresses == 0 ? (string[])[] : [addresses == 1 ? "1 address" : $"{addresses} addresses"],
            .. rest.Count == addresses ? (string[])[] : [rest.Count - addresses == 1 ? "1 network" : $"{rest.Count - addresses} networks"],
        ];
        return parts.Length < 2 ? string.Concat(parts) : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";
    }
}
