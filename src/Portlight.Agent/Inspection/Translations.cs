using System.Collections.Immutable;
using System.Globalization;
using Portlight.AgentProtocol;
using Portlight.Nftables.Netlink;
using Portlight.Nftables.Translations;

namespace Portlight.Agent.Inspection;

/// <summary>The ports that other people's NAT rules publish, and what of those rules cannot be seen.</summary>
internal static class Translations
{
    internal static (ImmutableArray<TranslatedPort> Ports, ImmutableArray<string> Unseen) Read()
    {
        var unseen = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<TranslatedPort> ports = [];
        try
        {
            var found = PublishedPortReader.Read();
            ports = [.. found.Ports.Select(port => new TranslatedPort(Protocol(port.Protocol), port.FromPort, port.ToPort, port.Target))];
            if (found.UnreadRules > 0)
            {
                unseen.Add($"{found.UnreadRules} nat rule{(found.UnreadRules == 1 ? "" : "s")} could not be read: they may publish ports that are not named here");
            }
        }
        catch (NetlinkException exception)
        {
            unseen.Add($"published ports cannot be seen: {exception.Message}");
        }

        foreach (var (file, program) in new[] { ("ip_tables_names", "iptables-legacy"), ("ip6_tables_names", "ip6tables-legacy") })
        {
            if (HasLegacyTable(file))
            {
                unseen.Add($"{program} has a nat table, whose published ports are not named here: `{program} -t nat -S PREROUTING` lists them");
            }
        }

        return (ports, unseen.DrainToImmutable());
    }

    /// <summary>Tables of the old kind have no way to be listed but the one that iptables-legacy uses; the kernel names those that are there (for root).</summary>
    private static bool HasLegacyTable(string file)
    {
        try
        {
            var path = $"/proc/thread-self/net/{file}";
            return File.Exists(path) && File.ReadLines(path).Contains("nat");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Protocol(byte? number) => number switch
    {
        null => "all",
        6 => "tcp",
        17 => "udp",
        _ => number.Value.ToString(CultureInfo.InvariantCulture),
    };
}
