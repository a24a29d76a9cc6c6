using System.Collections.Immutable;
using System.Net.Sockets;
using CsCheck;
using Portlight.Domain;
using Portlight.Nftables.Compiling;
using Portlight.TestKit;

namespace Portlight.Nftables.Tests;

/// <summary>Port sets to test with, and what `nft` says of our table.</summary>
internal static class Sample
{
    internal static readonly RulesetOptions Cut = new();

    /// <summary>An attached interface, bound to a device that follows from its name: 1001 for pl1.</summary>
    internal static FilteredAttachment Interface(string name, PortSet ports) =>
        FilteredAttachment.Interface(name, int.TryParse(name.AsSpan(2), out var number) ? 1000 + (uint)number : 999, ports) with { Owner = Owner(name == "pl1" ? 2u : 3u) };

    internal static ConnectionOwner Owner(uint number) => new(default, number);

    internal static CompiledAttachment Compile(FilteredAttachment attachment) => AttachmentCompiler.Compile(attachment, ConnectionPolicy.Cut);

    /// <summary>Our tables: that of the family bridge is there when something attached is bridged.</summary>
    internal static string List() => string.Concat(
        IsolatedNetwork.Execute("nft", "list tables").Split('\n').Where(line => line is "table inet portlight" or "table bridge portlight").Order(StringComparer.Ordinal).Reverse()
            .Select(line => IsolatedNetwork.Execute("nft", $"list {line}")));

    internal static void Load(string text) => IsolatedNetwork.Execute("nft", "-f -", text);

    internal static PortRule Rule(NetworkProtocol protocol, int from, int to, params string[] sources)
    {
        ImmutableArray<Cidr> blocks = [.. sources.Select(Block)];
        return new PortRule(
            new PortKey(protocol, from, to),
            [.. blocks.Where(block => block.Family == AddressFamily.InterNetwork)],
            [.. blocks.Where(block => block.Family == AddressFamily.InterNetworkV6)],
            []);
    }

    /// <summary>A rule open to everybody in every family it can match.</summary>
    internal static PortRule Open(NetworkProtocol protocol, int from, int to) => protocol switch
    {
        NetworkProtocol.Icmp => Rule(protocol, from, to, "0.0.0.0/0"),
        NetworkProtocol.Icmpv6 => Rule(protocol, from, to, "::/0"),
        _ => Rule(protocol, from, to, "0.0.0.0/0", "::/0"),
    };

    internal static PortRule Open(NetworkProtocol protocol, int port) => Open(protocol, port, port);

    internal static Cidr Block(string text)
    {
        var family = text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        Assert.True(Cidr.TryParse(text, family, out var block, out var problem), $"`{text}` {problem}");
        return block;
    }

    internal static readonly PortSet Web = PortSet.Of(Open(NetworkProtocol.Tcp, 22), Open(NetworkProtocol.Tcp, 80), Open(NetworkProtocol.Tcp, 443));

    internal static readonly PortSet Ranged = PortSet.Of(
        Open(NetworkProtocol.Tcp, 8000, 8100),
        Rule(NetworkProtocol.Tcp, 8050, 8200, "10.0.0.0/8"),
        Rule(NetworkProtocol.Udp, 53, 53, "192.0.2.0/24", "2001:db8::/32"));

    private static readonly Gen<string> Source = Gen.OneOf(
        "0.0.0.0/0", "::/0", "10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/15", "192.0.2.0/25", "192.0.2.128/25", "192.0.2.7/32", "128.0.0.0/1", "0.0.0.0/1",
        "2001:db8::/32", "2001:db8:1::/48", "2001:db8::1/128", "8000::/1", "fd00::/8");

    private static readonly Gen<int> Port = Gen.OneOf(Gen.Int[0, 65535], Gen.OneOf(0, 1, 22, 80, 81, 443, 65534, 65535));

    private static readonly Gen<PortKey> Key = Gen.OneOf(
        Gen.Select(Gen.OneOf(NetworkProtocol.Tcp, NetworkProtocol.Udp), Port, Port, (protocol, a, b) => new PortKey(protocol, Math.Min(a, b), Math.Max(a, b))),
        Gen.Select(Gen.OneOf(NetworkProtocol.Tcp, NetworkProtocol.Udp), Port, (protocol, port) => new PortKey(protocol, port, port)),
        Gen.OneOf(NetworkProtocol.Tcp, NetworkProtocol.Udp).Select(protocol => new PortKey(protocol, 0, 65535)),
        Gen.Select(Gen.OneOf(NetworkProtocol.Icmp, NetworkProtocol.Icmpv6), Gen.Int[-1, 255], Gen.Int[-1, 255], (protocol, type, code) => new PortKey(protocol, type, type < 0 ? -1 : code)),
        Gen.Select(Port, Port, (a, b) => new PortKey(NetworkProtocol.All, a, b)));

    private static readonly Gen<PortRule> AnyRule = Gen.Select(Key, Source.Array[0, 4], Gen.Bool, (key, sources, everybody) =>
    {
        var named = everybody ? ["0.0.0.0/0", "::/0"] : sources;
        var rule = Rule(key.Protocol, key.FromPort, key.ToPort, named);
        return new PortRule(key, key.Protocol == NetworkProtocol.Icmpv6 ? [] : rule.Ipv4Sources, key.Protocol == NetworkProtocol.Icmp ? [] : rule.Ipv6Sources, []);
    });

    internal static readonly Gen<PortSet> PortSets = AnyRule.Array[0, 6].Select(rules => PortSet.Of(rules));

    /// <summary>A few attachments: interfaces in one shard and in others, peers, private networks, the host.</summary>
    internal static readonly Gen<FilteredAttachment[]> Attachments = Gen.Select(
        PortSets.Array[4], Gen.Bool.Array[7], (sets, chosen) =>
        {
            var attachments = new List<FilteredAttachment>();
            if (chosen[0])
            {
                attachments.Add(FilteredAttachment.Host(sets[0]) with { Owner = Owner(1), PrivateSources = chosen[4] ? [Block("10.9.0.0/16"), Block("fd09::/16")] : [] });
            }

            if (chosen[1])
            {
                attachments.Add(Interface("pl1", sets[1]) with { PeerGroup = 7, PrivateAddresses = [Block("172.26.0.5")] });
            }

            if (chosen[2])
            {
                attachments.Add(Interface("pl2", sets[2]) with { Owner = Owner(chosen[4] ? 3u : 4u), PeerGroup = chosen[5] ? 7u : 8u, PrivateAddresses = [Block("172.26.0.6")] });
            }

            if (chosen[3])
            {
                attachments.Add(Interface("tap-blue", sets[3]) with { Owner = Owner(5), PrivateSources = chosen[4] ? [Block("10.9.0.0/16")] : [], IsBridged = chosen[6] });
            }

            return attachments.ToArray();
        });
}
