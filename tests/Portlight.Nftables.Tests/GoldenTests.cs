using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Nftables.Tests;

/// <summary>What an operator sees who runs `nft list table inet portlight`.</summary>
public sealed class GoldenTests
{
    [Fact]
    public void Nothing_attached() => Check("nothing-attached.nft", Sample.Cut);

    [Fact]
    public void Closed_instance() => Check("closed-instance.nft", Sample.Cut, Sample.Interface("pl1", PortSet.Empty));

    [Fact]
    public void Web_server() => Check("web-server.nft", Sample.Cut, Sample.Interface("pl1", Sample.Web));

    [Fact]
    public void Closed_names() => Check("closed-names.nft", new RulesetOptions { ClosedNames = ["tap*", "vnet*"] }, Sample.Interface("pl1", PortSet.Empty));

    [Fact]
    public void Guest_on_a_bridge() => Check("guest-on-a-bridge.nft", new RulesetOptions { ClosedNames = ["vnet*"], HasBridgeTables = true },
        Sample.Interface("vnet1", PortSet.Of([.. Sample.Web.Rules, Sample.Open(NetworkProtocol.Icmp, 8, -1), .. Sample.Ranged.Rules])) with { IsBridged = true });

    [Fact]
    public void Drain() => Check("drain.nft", new RulesetOptions { Connections = ConnectionPolicy.Drain }, Sample.Interface("pl1", Sample.Web));

    [Fact]
    public void Counted_packets() => Check("counted-packets.nft", new RulesetOptions { CountsPackets = true },
        Sample.Interface("pl1", PortSet.Of([.. Sample.Web.Rules, .. Sample.Ranged.Rules])), FilteredAttachment.Host(Sample.Web) with { Owner = Sample.Owner(9) });

    [Fact]
    public void Ranges_and_sources() => Check("ranges-and-sources.nft", Sample.Cut, Sample.Interface("pl1", Sample.Ranged));

    [Fact]
    public void Every_protocol() => Check("every-protocol.nft", Sample.Cut,
        Sample.Interface("pl1", PortSet.Of(
            Sample.Open(NetworkProtocol.Udp, 0, 65535),
            Sample.Open(NetworkProtocol.Icmp, 8, -1),
            Sample.Open(NetworkProtocol.Icmpv6, 128, 0),
            Sample.Open(NetworkProtocol.Icmp, 3, 4))),
        Sample.Interface("pl2", PortSet.Of(Sample.Open(NetworkProtocol.All, 0, 65535))),
        Sample.Interface("pl3", PortSet.Of(Sample.Rule(NetworkProtocol.All, 0, 0, "192.0.2.0/24", "2001:db8::/32"), Sample.Open(NetworkProtocol.Icmp, -1, -1))));

    [Fact]
    public void Lab_peers() => Check("lab-peers.nft", Sample.Cut,
        Sample.Interface("pl1", Sample.Web) with { PeerGroup = 1, PrivateAddresses = [Sample.Block("172.26.0.4")] },
        Sample.Interface("pl2", PortSet.Empty) with { PeerGroup = 1, PrivateAddresses = [Sample.Block("172.26.0.5")] },
        Sample.Interface("pl3", PortSet.Empty) with { PeerGroup = 2, PrivateAddresses = [Sample.Block("172.26.0.6")] });

    [Fact]
    public void This_host()
    {
        var ports = PortSet.Of(
            Sample.Open(NetworkProtocol.Tcp, 22),
            Sample.Rule(NetworkProtocol.Tcp, 0, 65535, "198.51.100.0/24"),
            Sample.Rule(NetworkProtocol.Tcp, 9000, 9010, "203.0.113.9/32", "203.0.113.8/32"),
            Sample.Open(NetworkProtocol.Icmp, 8, -1),
            Sample.Open(NetworkProtocol.Icmpv6, 128, -1));
        Check("this-host.nft",
            new RulesetOptions { ListenAddresses = [new ListenAddress(Cidr.AnyIpv4, 8580), new ListenAddress(Sample.Block("2001:db8::7"), 8443)] },
            FilteredAttachment.Host(ports) with { Owner = Sample.Owner(9), PrivateSources = [Sample.Block("10.0.0.0/8"), Sample.Block("fd00::/8")] });
    }

    [Fact]
    public void The_documentation_shows_a_table_as_it_is() => IsolatedNetwork.Run(() =>
    {
        var ranged = PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 8000, 8100), Sample.Rule(NetworkProtocol.Tcp, 22, 22, "198.51.100.0/24"));
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(new RulesetOptions { ListenAddresses = [new ListenAddress(Cidr.AnyIpv4, 8580)] },
        [
            Sample.Interface("pl1", Sample.Web) with { PeerGroup = 1, PrivateAddresses = [Sample.Block("172.26.0.4")] },
            Sample.Interface("pl2", ranged) with { PeerGroup = 1, PrivateAddresses = [Sample.Block("172.26.0.5")] },
            FilteredAttachment.Host(PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 22))) with { Owner = Sample.Owner(9) },
        ]));
        Golden.MatchBlock("../../docs/ruleset.md", $"```\n{Ordered(Sample.List())}```\n");
    });

    private static void Check(string name, RulesetOptions options, params FilteredAttachment[] attachments) => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(options, attachments));
        Golden.Match(name, Ordered(Sample.List()));
    });

    // nft lists the elements of a hash set in the kernel's order, which differs from boot to boot: one on each line, sorted.
    private static string Ordered(string listing)
    {
        var lines = new List<string>();
        var elements = new List<string>();
        foreach (var line in listing.Split('\n'))
        {
            var text = line.Trim();
            if (elements.Count == 0 && !text.StartsWith("elements = {", StringComparison.Ordinal))
            {
                lines.Add(line);
                continue;
            }

            elements.AddRange(text.Replace("elements = {", "", StringComparison.Ordinal).Trim(' ', ',', '}').Split(", "));
            if (!text.EndsWith('}'))
            {
                continue;
            }

            elements.Sort(StringComparer.Ordinal);
            lines.AddRange(["\t\telements = {", .. elements.Select(element => $"\t\t\t{element},"), "\t\t}"]);
            elements.Clear();
        }

        return string.Join('\n', lines);
    }
}
