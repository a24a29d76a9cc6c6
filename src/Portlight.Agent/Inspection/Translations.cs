using System.Collections.Immutable;
using System.Globalization;
using Portlight.AgentProtocol;
using Portlight.Nftables;
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

        foreach (var legacy in LegacyTables.FindAll().Where(legacy => legacy.Tables.Contains("nat")))
        {
            unseen.Add($"{legacy.Program} has a nat table, whose published ports are not named here: `{legacy.Program} -t nat -S PREROUTING` lists them");
        }

        return (ports, unseen.DrainToImmutable());
    }

    private static string Protocol(byte? number) => number switch
    {
        null => "all",
        6 => "tcp",
        17 => "udp",
        _ => number.Value.ToString(CultureInfo.InvariantCulture),
    };
}
