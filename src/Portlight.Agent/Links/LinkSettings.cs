namespace Portlight.Agent.Links;

/// <summary>
/// The kernel's settings of the host side of a lab link, and of no other interface. What comes from an instance is forwarded; that instances cannot
/// change the host's routes (router advertisements, redirects) nor send with foreign IPv4 addresses (reverse path filter) is set here too.
/// </summary>
internal static class LinkSettings
{
    private const string Root = "/proc/sys/net";

    internal static bool HasIpv6 => Directory.Exists($"{Root}/ipv6/conf");

    /// <summary>Whether IPv6 can be forwarded for single interfaces (net.ipv6.conf.*.force_forwarding, since Linux 6.17).</summary>
    internal static bool HasForceForwarding => File.Exists($"{Root}/ipv6/conf/all/force_forwarding");

    /// <summary>Whether IPv6 is on for one interface. Where it is off (net.ipv6.conf.*.disable_ipv6, which many set for all), the kernel gives it no address and no route.</summary>
    internal static bool IsIpv6On(string link) => HasIpv6 && Read("ipv6", link, "disable_ipv6") != "1";

    internal static void Apply(string link)
    {
        Set("ipv4", link, "forwarding", "1");
        Set("ipv4", link, "rp_filter", "1");
        Set("ipv4", link, "accept_redirects", "0");
        if (HasIpv6)
        {
            Set("ipv6", link, "accept_ra", "0");
            Set("ipv6", link, "accept_redirects", "0");
            Set("ipv6", link, HasForceForwarding ? "force_forwarding" : "forwarding", "1");
        }
    }

    /// <summary>A setting of <c>all</c> or of one interface; null when the kernel has none of that name.</summary>
    internal static string? Read(string family, string link, string name)
    {
        var path = $"{Root}/{family}/conf/{link}/{name}";
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    private static void Set(string family, string link, string name, string value)
    {
        var path = $"{Root}/{family}/conf/{link}/{name}";
        try
        {
            // Written only when it differs: /proc/sys is read-only in many containers, and may hold the right value there.
            if (File.ReadAllText(path).Trim() != value)
            {
                File.WriteAllText(path, value);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"cannot set net.{family}.conf.{link}.{name} to {value}: {exception.Message}", exception);
        }
    }
}
