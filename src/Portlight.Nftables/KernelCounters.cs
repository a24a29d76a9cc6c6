using System.Collections.Immutable;
using System.Net;
using Portlight.Domain;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Kernel;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables;

/// <summary>
/// How many packets the kernel has let in by each element of an attachment's port set. Each is asked for by its key, by a socket of its own, so that it costs what the attachment has, however many others there
/// are, and no change waits for it.
/// </summary>
public static class KernelCounters
{
    /// <summary>Asks the kernel of the calling thread's network namespace. An element that a change has taken away meanwhile is left out.</summary>
    /// <param name="attachment">Where the packets went, with the ports that are in force.</param>
    /// <param name="connections">The policy that is in force.</param>
    /// <exception cref="NetlinkException">The table cannot be read: CAP_NET_ADMIN is missing, or nf_tables.</exception>
    public static ImmutableArray<PortCounter> Find(FilteredAttachment attachment, ConnectionPolicy connections)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        var counters = ImmutableArray.CreateBuilder<PortCounter>();
        foreach (var entry in AttachmentCompiler.Compile(attachment, connections).Entries)
        {
            if (SetStatements.LetsIn(entry.Set) && StatefulElement.Find(socket, entry.Set, entry.Element.Key) is { IsCounted: true } counted)
            {
                counters.Add(Of(PacketBox.Of(entry).First(), counted));
            }
        }

        return counters.ToImmutable();
    }

    private static PortCounter Of(PacketBox box, StatefulElement counted)
    {
        var (first, last) = (box.Numbers.First, box.Numbers.Last);
        var protocol = (first >> 16) switch
        {
            _ when first == 0 && last == OpenSpan.Everything => NetworkProtocol.All,
            PacketNumbers.Tcp => NetworkProtocol.Tcp,
            PacketNumbers.Udp => NetworkProtocol.Udp,
            PacketNumbers.Icmp => NetworkProtocol.Icmp,
            PacketNumbers.Icmpv6 => NetworkProtocol.Icmpv6,
            // A part of everything, which a rule for one of the protocols has cut.
            _ => NetworkProtocol.All,
        };
        return new PortCounter(protocol, first & ushort.MaxValue, Address(box.Sources.First, box.IsIpv4), counted.Packets, counted.Bytes);
    }

    private static IPAddress Address(UInt128 number, bool isIpv4) => new(new KeyWriter(isIpv4 ? 4 : 16).Address(number, isIpv4).Key);
}
