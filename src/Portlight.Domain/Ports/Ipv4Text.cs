namespace Portlight.Domain;

/// <summary>Dotted-quad IPv4 text, strictly: four decimal numbers from 0 to 255, no leading zeros (RFC 6943, section 3.1.1, on why looser forms are a hole).</summary>
internal static class Ipv4Text
{
    public static bool TryParse(ReadOnlySpan<char> text, out uint value)
    {
        value = 0;
        var octets = 0;
        while (true)
        {
            var dot = text.IndexOf('.');
            var part = dot < 0 ? text : text[..dot];
            if (octets == 4 || !TryParseOctet(part, out var octet))
            {
                return false;
            }

            value = (value << 8) | octet;
            octets++;
            if (dot < 0)
            {
                return octets == 4;
            }

            text = text[(dot + 1)..];
        }
    }

    private static bool TryParseOctet(ReadOnlySpan<char> text, out uint octet)
    {
        octet = 0;
        if (text.Length is 0 or > 3 || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            octet = (octet * 10) + (uint)(c - '0');
        }

        return octet <= 255;
    }
}
