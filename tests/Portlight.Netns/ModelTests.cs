using System.Net;
using System.Net.Sockets;
using CsCheck;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Random port sets and packets: the kernel against what the words mean.</summary>
public sealed class ModelTests
{
    private const int PacketsOfOneSet = 40;

    private static readonly int[] Edges = [0, 1, 21, 22, 23, 79, 80, 81, 443, 1023, 1024, 8080, 65534, 65535];
    private static readonly int[] IcmpTypes = [3, 8, 13, 128, 129];
    private static readonly string[] Blocks = ["0.0.0.0/0", "198.51.100.0/24", "198.51.100.64/26", "198.51.100.64/32", "198.51.100.127/32", "198.51.100.0/25", "2001:db8:5::/48", "2001:db8:5:8000::/49", "2001:db8:5::1/128", "::/0"];
    private static readonly string[] Sources = ["198.51.99.255", "198.51.100.0", "198.51.100.63", "198.51.100.64", "198.51.100.127", "198.51.100.128", "198.51.100.255", "198.51.101.0", "2001:db8:4:ffff:ffff:ffff:ffff:ffff", "2001:db8:5::", "2001:db8:5::1", "2001:db8:5:7fff::1", "2001:db8:5:8000::", "2001:db8:5:ffff:ffff:ffff:ffff:ffff", "2001:db8:6::"];

    private static readonly Gen<Cidr> Block = Gen.OneOf(Blocks).Select(text =>
        Cidr.TryParse(text, text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out var cidr, out var problem)
            ? cidr
            : throw new ArgumentException(problem));

    private static readonly Gen<PortRule> Rule = Gen.Select(
        Gen.Enum<NetworkProtocol>(), Gen.OneOf(Edges), Gen.OneOf(Edges), Gen.OneOf([-1, .. IcmpTypes]), Gen.OneOf(-1, 0, 4), Block.Array[0, 3])
        .Select((protocol, one, two, type, code, blocks) => new PortRule(
            protocol is NetworkProtocol.Icmp or NetworkProtocol.Icmpv6
                ? new PortKey(protocol, type, type < 0 ? -1 : code)
                : new PortKey(protocol, Math.Min(one, two), Math.Max(one, two)),
            [.. blocks.Where(block => block.Family == AddressFamily.InterNetwork && protocol != NetworkProtocol.Icmpv6).Distinct()],
            [.. blocks.Where(block => block.Family == AddressFamily.InterNetworkV6 && protocol != NetworkProtocol.Icmp).Distinct()],
            []));

    private static readonly Gen<Packet> AnyPacket = Gen.Select(
        Gen.OneOf(Packet.Tcp, Packet.Udp, Packet.Icmp, Packet.Icmpv6, Packet.Sctp, Packet.Gre), Gen.OneOf(Edges), Gen.OneOf(IcmpTypes), Gen.OneOf(0, 4), Gen.OneOf(Sources), Gen.Int[0, 7])
        .Where((protocol, _, _, _, source, _) => protocol != (source.Contains(':', StringComparison.Ordinal) ? Packet.Icmp : Packet.Icmpv6))
        .Select((protocol, port, type, code, source, rare) => new Packet
        {
            Source = TestNetwork.Address(source),
            Destination = IPAddress.None,
            Protocol = protocol,
            Port = (ushort)port,
            Type = (byte)type,
            Code = (byte)code,
            IsFragmented = rare == 0,
            HasExtensionHeader = rare == 1,
        });

    [Theory]
    [InlineData(Place.LabForwarded)]
    [InlineData(Place.InterfaceFromHost)]
    [InlineData(Place.Bridged)]
    [InlineData(Place.BridgedForwarded)]
    [InlineData(Place.ThisHost)]
    public void The_kernel_lets_in_what_the_port_set_says(Place place)
    {
        using var scene = new Scene();
        var trial = new PacketTrial(scene, place);
        Gen.Select(Rule.Array[0, 6], AnyPacket.Array[PacketsOfOneSet]).Sample(
            (rules, packets) =>
            {
                var ports = PortSet.Of(rules);
                var verdicts = trial.Verdicts(ports, packets);
                for (var i = 0; i < packets.Length; i++)
                {
                    Assert.True(verdicts[i] == LetsIn(ports, packets[i]), $"under `{ports}` the kernel {(verdicts[i] ? "lets in" : "drops")} {packets[i]}");
                    Assert.True((trial.AskKernel(packets[i]) ?? verdicts[i]) == verdicts[i], $"under `{ports}` the agent reads in the kernel that {packets[i]} {(verdicts[i] ? "is dropped" : "comes in")}");
                }
            },
            iter: 100,
            threads: 1);
    }

    /// <summary>What the words of a port set mean.</summary>
    private static bool LetsIn(PortSet ports, Packet packet) => ports.Rules.Any(rule =>
        (packet.IsIpv4 ? rule.Ipv4Sources : rule.Ipv6Sources).Any(block => block.Contains(packet.Source))
        && rule.Protocol switch
        {
            NetworkProtocol.All => true,
            NetworkProtocol.Tcp => packet.Protocol == Packet.Tcp && packet.Port >= rule.FromPort && packet.Port <= rule.ToPort,
            NetworkProtocol.Udp => packet.Protocol == Packet.Udp && packet.Port >= rule.FromPort && packet.Port <= rule.ToPort,
            NetworkProtocol.Icmp => packet.Protocol == Packet.Icmp && rule.FromPort is var type && (type < 0 || type == packet.Type) && (rule.ToPort < 0 || rule.ToPort == packet.Code),
            _ => packet.Protocol == Packet.Icmpv6 && (rule.FromPort < 0 || rule.FromPort == packet.Type) && (rule.ToPort < 0 || rule.ToPort == packet.Code),
        });
}
