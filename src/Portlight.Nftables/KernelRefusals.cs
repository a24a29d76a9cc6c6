using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Kernel;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables;

/// <summary>
/// What the kernel has refused to let in to one attachment: how many packets since it was attached, and from whom and for what those of the last ten minutes were, as far as there was room. Read by a socket of
/// its own, beside any change.
/// </summary>
/// <param name="Packets">All that were refused.</param>
/// <param name="Bytes">Their length, from the header of IP on.</param>
/// <param name="Some">Those whose source was noted, one for each source, protocol and port.</param>
public sealed record KernelRefusals(long Packets, long Bytes, ImmutableArray<RefusedPackets> Some)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(RefusalNotes.Milliseconds);

    /// <summary>Asks the kernel of the calling thread's network namespace. Costs as much as listing what is noted of all attachments, which is bounded.</summary>
    /// <param name="attachment">Where the packets went.</param>
    /// <param name="now">The time of the answer.</param>
    /// <returns>Null: nothing is noted of it, because it is not filtered, or because the kernel cannot.</returns>
    /// <exception cref="NetlinkException">The table cannot be read: CAP_NET_ADMIN is missing, or nf_tables.</exception>
    public static KernelRefusals? Find(FilteredAttachment attachment, DateTimeOffset now)
    {
        if (attachment is { IsHost: false, Device: null })
        {
            return null;
        }

        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        socket.ReserveReceiveBuffer(1 << 20);
        var table = AttachmentSets.TableOf(attachment);
        var device = new KeyWriter(4).Device(attachment.Device ?? 0).Key;
        if (StatefulElement.Find(socket, RefusalNotes.Set(table, SetRole.Refusing), device) is not { IsCounted: true } counted)
        {
            return null;
        }

        var (own, some) = (DeviceOf(device), ImmutableArray.CreateBuilder<RefusedPackets>());
        ReadNoted(socket, table, now, number => number == own, (_, refused) => some.Add(refused));
        return new KernelRefusals(counted.Packets, counted.Bytes, some.ToImmutable());
    }

    /// <summary>The same of several attachments, by one look at what is noted of all: null for each of which nothing is.</summary>
    /// <param name="attachments">Where the packets went.</param>
    /// <param name="now">The time of the answer.</param>
    /// <exception cref="NetlinkException">The table cannot be read: CAP_NET_ADMIN is missing, or nf_tables.</exception>
    public static KernelRefusals?[] FindAll(IReadOnlyList<FilteredAttachment> attachments, DateTimeOffset now)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        socket.ReserveReceiveBuffer(1 << 20);
        var found = new KernelRefusals?[attachments.Count];
        foreach (var (table, places) in PlacesOf(attachments))
        {
            var noted = new Dictionary<uint, (StatefulElement Counted, ImmutableArray<RefusedPackets>.Builder Some)>();
            StatefulElement.ReadAll(socket, RefusalNotes.Set(table, SetRole.Refusing), element =>
            {
                if (element.IsCounted && places.ContainsKey(DeviceOf(element.Key)))
                {
                    noted[DeviceOf(element.Key)] = (element, ImmutableArray.CreateBuilder<RefusedPackets>());
                }
            });
            ReadNoted(socket, table, now, noted.ContainsKey, (device, refused) => noted[device].Some.Add(refused));
            foreach (var (device, (counted, some)) in noted)
            {
                found[places[device]] = new KernelRefusals(counted.Packets, counted.Bytes, some.ToImmutable());
            }
        }

        return found;
    }

    /// <summary>How many packets were refused to each of several attachments; null where nothing is counted of it.</summary>
    /// <param name="attachments">Where the packets went.</param>
    /// <exception cref="NetlinkException">The table cannot be read: CAP_NET_ADMIN is missing, or nf_tables.</exception>
    public static long?[] CountAll(IReadOnlyList<FilteredAttachment> attachments)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        socket.ReserveReceiveBuffer(1 << 20);
        var found = new long?[attachments.Count];
        foreach (var (table, places) in PlacesOf(attachments))
        {
            StatefulElement.ReadAll(socket, RefusalNotes.Set(table, SetRole.Refusing), element =>
            {
                if (element.IsCounted && places.TryGetValue(DeviceOf(element.Key), out var place))
                {
                    found[place] = element.Packets;
                }
            });
        }

        return found;
    }

    /// <summary>The places in the list by table and device.</summary>
    private static Dictionary<TableFamily, Dictionary<uint, int>> PlacesOf(IReadOnlyList<FilteredAttachment> attachments)
    {
        var places = new Dictionary<TableFamily, Dictionary<uint, int>>();
        for (var i = 0; i < attachments.Count; i++)
        {
            if (attachments[i] is { IsHost: true } or { Device: not null })
            {
                var table = AttachmentSets.TableOf(attachments[i]);
                places.TryAdd(table, []);
                places[table][DeviceOf(new KeyWriter(4).Device(attachments[i].Device ?? 0).Key)] = i;
            }
        }

        return places;
    }

    private static void ReadNoted(NetlinkSocket socket, TableFamily table, DateTimeOffset now, Func<uint, bool> isAsked, Action<uint, RefusedPackets> take)
    {
        var last = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var (noted, renewed, isIpv4) in new[] { (SetRole.Refused4, SetRole.RefusedLast4, true), (SetRole.Refused6, SetRole.RefusedLast6, false) })
        {
            last.Clear();
            Read(renewed, (_, element) => last[Convert.ToHexString(element.Key)] = element.Left);
            Read(noted, (device, element) => take(device, Of(element, isIpv4, now, last.TryGetValue(Convert.ToHexString(element.Key), out var left) ? left : element.Left)));
        }

        void Read(SetRole role, Action<uint, StatefulElement> note) => StatefulElement.ReadAll(socket, RefusalNotes.Set(table, role), element =>
        {
            if (DeviceOf(element.Key) is var device && isAsked(device))
            {
                note(device, element);
            }
        });
    }

    /// <summary>The number that a key begins with, as the bytes lie.</summary>
    private static uint DeviceOf(byte[] key) => BitConverter.ToUInt32(key);

    private static RefusedPackets Of(StatefulElement element, bool isIpv4, DateTimeOffset now, TimeSpan left)
    {
        ReadOnlySpan<byte> behind = element.Key.AsSpan(4);
        var length = isIpv4 ? 4 : 16;
        return new RefusedPackets(
            new IPAddress(behind[..length]), behind[length], BinaryPrimitives.ReadUInt16BigEndian(behind[(length + 4)..]), element.Packets, element.Bytes, now - (Kept - element.Left), now - (Kept - left));
    }
}
