using System.Globalization;

namespace Portlight.Domain;

/// <summary>
/// IPv6 text (RFC 4291, section 2.2): up to eight groups of one to four hexadecimal digits, at most one <c>::</c>, optionally a dotted quad at the end.
/// Zone ids and brackets are not part of an address here.
/// </summary>
internal static class Ipv6Text
{
    public static bool TryParse(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        var gap = text.IndexOf("::");
        if (gap < 0)
        {
            return TryParseGroups(text, out value, out var all) && all == 8;
        }

        UInt128 head = 0, tail = 0;
        int headCount = 0, tailCount = 0;
        var left = text[..gap];
        var right = text[(gap + 2)..];
        if ((!left.IsEmpty && (left.Contains('.') || !TryParseGroups(left, out head, out headCount)))
            || (!right.IsEmpty && !TryParseGroups(right, out tail, out tailCount))
            || headCount + tailCount > 7)
        {
            return false;
        }

        value = headCount == 0 ? tail : (head << (16 * (8 - headCount))) | tail;
        return true;
    }

    /// <summary>Groups between single colons; a dotted quad may stand for the last two.</summary>
    private static bool TryParseGroups(ReadOnlySpan<char> text, out UInt128 value, out int count)
    {
        value = 0;
        count = 0;
        while (true)
        {
            var colon = text.IndexOf(':');
            var part = colon < 0 ? text : text[..colon];
            if (colon < 0 && part.Contains('.'))
            {
                count += 2;
                var quad = Ipv4Text.TryParse(part, out var ipv4);
                value = (value << 32) | ipv4;
                return quad && count <= 8;
            }

            if (part.Length is 0 or > 4 || !ushort.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var group) || ++count > 8)
            {
                return false;
            }

            value = (value << 16) | group;
            if (colon < 0)
            {
                return true;
            }

            text = text[(colon + 1)..];
        }
    }
}
