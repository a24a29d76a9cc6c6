namespace Portlight.Console.Ports;

/// <summary>Sources of a rule in words.</summary>
internal static class SourceWords
{
    /// <summary>Each source as a person reads it; both families of everybody are one word.</summary>
    public static IEnumerable<(string Text, bool IsEveryone)> Of(IReadOnlyCollection<string> sources)
    {
        var (v4, v6) = (sources.Contains(PortRule.Everyone4), sources.Contains(PortRule.Everyone6));
        if (v4 || v6)
        {
            yield return (v4 && v6 ? "Everyone" : v4 ? "Everyone, IPv4" : "Everyone, IPv6", true);
        }

        foreach (var source in sources)
        {
            if (source is not (PortRule.Everyone4 or PortRule.Everyone6))
            {
                yield return (Short(source), false);
            }
        }
    }

    /// <summary>One address without the length of its prefix.</summary>
    public static string Short(string source) =>
        source.EndsWith("/32", StringComparison.Ordinal) && PortRule.IsIpv4(source) || source.EndsWith("/128", StringComparison.Ordinal) ? source[..source.LastIndexOf('/')] : source;
}
