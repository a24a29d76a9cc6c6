using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Cli.Settings;

/// <summary>Values of settings as text. Strict: what a person may have meant otherwise is refused with what is allowed.</summary>
internal static class SettingText
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1))];

    /// <summary><c>http://127.0.0.1:8580</c>: a scheme, an address or localhost, and a port.</summary>
    public static bool TryListen(string text, [NotNullWhen(true)] out Uri? uri, out string problem)
    {
        problem = $"`{text}` must be http:// or https://, an IP address or localhost, and a port, as in http://127.0.0.1:8580 or http://[::1]:8580";
        if (!Uri.TryCreate(text, UriKind.Absolute, out uri)
            || uri.Scheme is not ("http" or "https")
            || uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            uri = null;
            return false;
        }

        // Uri reads 010.0.0.1 as octal and 10.1 as 10.0.0.1: an address must stand in the text as it was understood.
        var authority = text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..].TrimEnd('/');
        var isAddress = ServeOptions.ListenAddress(uri) is not null && authority.StartsWith(uri.Host, StringComparison.OrdinalIgnoreCase);
        if (!(isAddress || uri.Host == "localhost") || authority.EndsWith(uri.Host, StringComparison.OrdinalIgnoreCase))
        {
            uri = null;
            return false;
        }

        return true;
    }

    /// <summary>An <c>http://</c> address that only this machine reaches.</summary>
    public static bool TryLoopback(string text, [NotNullWhen(true)] out Uri? uri, out string problem)
    {
        if (!TryListen(text, out uri, out problem))
        {
            return false;
        }

        if (uri.Scheme == "http" && (uri.Host == "localhost" || ServeOptions.ListenAddress(uri) is { } address && IPAddress.IsLoopback(address)))
        {
            return true;
        }

        problem = $"`{text}` must be a loopback address with http://, as in http://127.0.0.1:9580";
        uri = null;
        return false;
    }

    /// <summary><c>500ms</c>, <c>2s</c>, <c>15m</c>, <c>1h</c>, <c>90d</c>.</summary>
    public static bool TryDuration(string text, TimeSpan most, out TimeSpan duration, out string problem)
    {
        problem = $"`{text}` must be a whole number with ms, s, m, h or d after it, as in 500ms or 2s, and at most {Words(most)}";
        duration = default;
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        foreach (var (unit, length) in Units)
        {
            if (text.AsSpan(digits.Length).SequenceEqual(unit) && TryDigits(digits, int.MaxValue, out var count) && count <= most.Ticks / length.Ticks)
            {
                duration = length * count;
                return true;
            }
        }

        return false;
    }

    public static bool TryNumber(string text, int most, out int number, out string problem)
    {
        problem = $"`{text}` must be a whole number from 0 to {most}";
        return TryDigits(text, most, out number);
    }

    public static bool TryBlock(string text, AddressFamily? family, out Cidr cidr, out string problem)
    {
        if (Cidr.TryParse(text, AddressFamily.InterNetwork, out cidr, out var problem4) && family is not AddressFamily.InterNetworkV6)
        {
            problem = "";
            return true;
        }

        if (Cidr.TryParse(text, AddressFamily.InterNetworkV6, out cidr, out var problem6) && family is not AddressFamily.InterNetwork)
        {
            problem = "";
            return true;
        }

        problem = (family, problem4, problem6) switch
        {
            (AddressFamily.InterNetwork, { } reason, _) => $"`{text}` must be an IPv4 block, as in 198.18.0.0/15: {reason}",
            (AddressFamily.InterNetworkV6, _, { } reason) => $"`{text}` must be an IPv6 block, as in fd00::/64: {reason}",
            _ => $"`{text}` must be an IPv4 or IPv6 block, as in 192.0.2.0/24 or 2001:db8::/32",
        };
        return false;
    }

    private static string Words(TimeSpan duration) => duration.TotalDays >= 1 ? $"{duration.TotalDays}d" : $"{duration.TotalSeconds}s";

    private static bool TryDigits(ReadOnlySpan<char> text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
}
