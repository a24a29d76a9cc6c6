using System.Globalization;

namespace Portlight.Console.Ports;

/// <summary>Ports as a person types them: <c>22</c>, <c>8080-8090</c>; of ICMP the type, <c>8</c>, or <c>all</c>.</summary>
internal static class PortRangeText
{
    public static bool TryRead(string text, string protocol, out int from, out int to)
    {
        (from, to) = (-1, -1);
        var isIcmp = protocol is "icmp" or "icmpv6";
        if (text.Trim() is "all" or "")
        {
            (from, to) = isIcmp ? (-1, -1) : (0, 65535);
            return text.Trim() == "all" || isIcmp;
        }

        if (isIcmp)
        {
            return int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out from) && from <= 255;
        }

        var parts = text.Split('-', '–');
        return parts.Length is 1 or 2
            && int.TryParse(parts[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out from) && from <= 65535
            && int.TryParse(parts[^1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out to) && to <= 65535 && from <= to;
    }

    /// <summary>The text that is read as these ports.</summary>
    public static string Of(PortRule rule) => rule.Protocol is "icmp" or "icmpv6"
        ? (rule.FromPort < 0 ? "all" : rule.FromPort.ToString(CultureInfo.InvariantCulture))
        : rule.FromPort == rule.ToPort ? rule.FromPort.ToString(CultureInfo.InvariantCulture) : (rule.FromPort, rule.ToPort) == (0, 65535) ? "all" : $"{rule.FromPort}-{rule.ToPort}";
}
