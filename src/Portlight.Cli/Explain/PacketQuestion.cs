using System.Net;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Explain;

/// <summary>A first packet of a connection: where it comes from and what it is.</summary>
/// <param name="From">Its source.</param>
/// <param name="Packet">Protocol and one port; of ICMP type and code, -1 for whichever.</param>
internal sealed record PacketQuestion(IPAddress From, PortKey Packet)
{
    /// <exception cref="UsageException">It is not one packet, or no packet at all.</exception>
    public static PacketQuestion Of(string from, PortKey packet)
    {
        if (!Cidr.TryParseAddress(from, out var address, out var problem))
        {
            throw new UsageException($"--from: `{from}` {problem}");
        }

        if (packet.Protocol is NetworkProtocol.Tcp or NetworkProtocol.Udp && packet.FromPort != packet.ToPort)
        {
            throw new UsageException($"`{packet}` is more than one port; ask about one, as in {packet.FromPort}/{packet.Protocol.ToWire()}");
        }

        var family = address.AddressFamily == AddressFamily.InterNetwork ? NetworkProtocol.Icmpv6 : NetworkProtocol.Icmp;
        return packet.Protocol == family
            ? throw new UsageException($"`{packet}` does not come from {address}: {(family == NetworkProtocol.Icmp ? "over IPv6 it is icmpv6" : "over IPv4 it is icmp")}")
            : new PacketQuestion(address, packet);
    }

    /// <summary>The narrowest rule that lets it in, as the API takes one.</summary>
    public PortInfo ToRule() => new()
    {
        FromPort = Packet.FromPort,
        ToPort = Packet.ToPort,
        Protocol = Packet.Protocol.ToWire(),
        Cidrs = From.AddressFamily == AddressFamily.InterNetwork ? [$"{From}/32"] : null,
        Ipv6Cidrs = From.AddressFamily == AddressFamily.InterNetworkV6 ? [$"{From}/128"] : null,
    };
}
