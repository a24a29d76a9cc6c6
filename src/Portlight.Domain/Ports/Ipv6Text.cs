using System.Globalization;
using System.Text;

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

    /// <summary>
    /// As RFC 5952, section 4 has it: lower case, no leading zeros, <c>::</c> for the first of the longest runs of two or more zero groups. Never a dotted
    /// quad, which <see cref="System.Net.IPAddress"/> writes for some addresses.
    /// </summary>
    public static string Format(UInt128 value)
    {
        Span<ushort> groups = stackalloc ushort[8];
        for (var i = 0; i < 8; i++)
        {
            groups[i] = (ushort)(value >> (16 * (7 - i)));
        }

        var (start, length) = LongestZeroRun(groups);
        var text = new StringBuilder(39);
        for (var i = 0; i < 8; i++)
        {
            if (i == start)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }

            if (i > 0 && text[^1] != ':')
            {
                text.Append(':');
            }

            text.Append(groups[i].ToString("x", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<ushort> groups)
    {
        int best = -1, bestLength = 1;
        for (var i = 0; i < groups.Length; i++)
        {
            var end = i;
            while (end < groups.Length && groups[end] == 0)
            {
                end++;
            }

            if (end - i > bestLength)
            {
                (best, bestLength) = (i, end - i);
            }
        }

        return (best, bestLength);
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

            if (!TryParseGroup(part, out var group) || ++count > 8)
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

    /// <summary>Digit by digit, because the framework's number parsers forgive NUL characters at the end.</summary>
    private static bool TryParseGroup(ReadOnlySpan<char> text, out uint group)
    {
        group = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }

            group = (group << 4) | (uint)(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
        }

        return text.Length is > 0 and <= 4;
    }
}
