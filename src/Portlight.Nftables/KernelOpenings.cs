using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Kernel;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables;

/// <summary>
/// What the sets in the kernel say of one packet to one attachment: read from the kernel, not remembered, by a socket of its own, so that no change waits for it.
/// Rules of the chains that let something in whatever the port set says (replies, neighbour discovery, peers) are no part of the answer.
/// </summary>
/// <param name="IsFiltered">False: the table does not filter what goes to the attachment, so everything passes.</param>
/// <param name="Sets">The sets whose elements let the packet in; none when it is dropped.</param>
public sealed record KernelOpenings(bool IsFiltered, ImmutableArray<string> Sets)
{
    private const int Attempts = 4;

    /// <summary>Asks the kernel of the calling thread's network namespace. Costs as much as listing the sets that all attachments share.</summary>
    /// <param name="attachment">Where the packet goes; its ports are not looked at.</param>
    /// <param name="packet">One port of TCP or UDP, or an ICMP type and code; -1 is all of them, and then all have to be let in.</param>
    /// <param name="source">One address.</param>
    /// <exception cref="NetlinkException">The table cannot be read: CAP_NET_ADMIN is missing, or nf_tables.</exception>
    public static KernelOpenings Find(FilteredAttachment attachment, PortKey packet, Cidr source)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        SetId[] wanted = [SetId.Attached, SetId.Devices, SetId.Ranged, SetId.LabRanged, SetId.Staging, .. AttachmentSets.Opening(attachment)];
        // Sets of the same name mean the same in both tables.
        var family = AttachmentSets.TableOf(attachment);
        var table = TableReader.ReadSets(socket, family, wanted);
        // Where others commit all the time no reading is undisturbed.
        for (var attempt = 1; attempt < Attempts && !table.IsConsistent; attempt++)
        {
            table = TableReader.ReadSets(socket, family, wanted);
        }

        if (!IsFilteredBy(table, attachment))
        {
            return new KernelOpenings(false, []);
        }

        (string Set, PacketBox Box)[] meeting = [.. Boxes(table, attachment).Where(found => PacketsOf(packet, source).Overlaps(found.Box))];
        return new KernelOpenings(true, IsCovered(PacketsOf(packet, source), meeting) ? [.. meeting.Select(found => found.Set).Distinct()] : []);
    }

    private static bool IsFilteredBy(ActualTable table, FilteredAttachment attachment) =>
        attachment.IsHost ? table.Rules.ContainsKey(SectionId.Host.Name)
        : attachment.Device is { } device ? HasKey(table, SetId.Devices, new KeyWriter(4).Device(device).Key)
        : attachment.ClosedName is { } name ? HasKey(table, SetId.Attached, new KeyWriter(16).Name(name).Key)
        // Selected, and not here: there is no device that a packet could leave by, and the next one is bound where the table is.
        : table.Rules.ContainsKey(Skeleton.InstanceChain);

    private static bool HasKey(ActualTable table, SetId set, byte[] key) =>
        table.Elements.TryGetValue(set.Name, out var elements) && elements.Any(element => element.Key.AsSpan().SequenceEqual(key));

    private static IEnumerable<(string Set, PacketBox Box)> Boxes(ActualTable table, FilteredAttachment attachment)
    {
        if (!attachment.IsHost && attachment.Device is null)
        {
            yield break;
        }

        var device = attachment.Device ?? 0;
        var key = new KeyWriter(4).Device(device).Key;
        foreach (var set in AttachmentSets.Opening(attachment))
        {
            if (!table.Elements.TryGetValue(set.Name, out var elements))
            {
                continue;
            }

            if (set.Section.Kind == SectionKind.Ranged && !HasKey(table, SetId.Ranged, key) && !HasKey(table, SetId.LabRanged, key) || set.Section.Kind == SectionKind.Staged && !HasKey(table, SetId.Staging, key))
            {
                continue;
            }

            foreach (var element in elements)
            {
                var entry = new Entry(set, element);
                foreach (var box in PacketBox.Of(entry))
                {
                    if (PacketBox.DeviceOf(entry) == device && IsAskedFor(table, entry))
                    {
                        yield return (set.Name, box);
                    }
                }
            }
        }
    }

    // Sources are looked for under the name of a span, which a map has to give.
    private static bool IsAskedFor(ActualTable table, Entry entry)
    {
        if (entry.Set.Role is not (SetRole.Sources4 or SetRole.Sources6))
        {
            return true;
        }

        ReadOnlyMemory<byte> name = entry.Element.Key.AsMemory(0, 12);
        return table.Elements.TryGetValue(new SetId(entry.Set.Section, SetRole.Spans).Name, out var spans) && spans.Any(span => span.Value.AsSpan().EndsWith(name.Span));
    }

    private static PacketBox PacketsOf(PortKey packet, Cidr source)
    {
        var span = packet.Protocol switch
        {
            NetworkProtocol.Tcp => OpenSpan.Of(PacketNumbers.Tcp, packet.FromPort, packet.ToPort, []),
            NetworkProtocol.Udp => OpenSpan.Of(PacketNumbers.Udp, packet.FromPort, packet.ToPort, []),
            NetworkProtocol.Icmp => OpenSpan.OfIcmp(PacketNumbers.Icmp, packet.FromPort, packet.ToPort, []),
            NetworkProtocol.Icmpv6 => OpenSpan.OfIcmp(PacketNumbers.Icmpv6, packet.FromPort, packet.ToPort, []),
            _ => throw new ArgumentException($"`{packet}` is more than one packet", nameof(packet)),
        };
        return new PacketBox(default, source.Width == 32, new OpenRun(span.First, span.Last), new SourceRange(source.Network, source.Last));
    }

    // Elements that open the same may be cut anywhere, so every number is looked for by itself.
    private static bool IsCovered(PacketBox packets, (string Set, PacketBox Box)[] meeting)
    {
        for (var number = packets.Numbers.First; number <= packets.Numbers.Last; number++)
        {
            var one = packets with { Numbers = new OpenRun(number, number) };
            if (!Array.Exists(meeting, found => found.Box.Overlaps(one)))
            {
                return false;
            }
        }

        return true;
    }
}
