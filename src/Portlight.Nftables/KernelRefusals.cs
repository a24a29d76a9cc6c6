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

        var last = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        var some = ImmutableArray.CreateBuilder<RefusedPackets>();
        foreach (var (noted, renewed, isIpv4) in new[] { (SetRole.Refused4, SetRole.RefusedLast4, true), (SetRole.Refused6, SetRole.RefusedLast6, false) })
        {
            last.Clear();
            ReadOwn(renewed, element => last[Convert.ToHexString(element.Key)] = element.Left);
            ReadOwn(noted, element => some.Add(Of(element, isIpv4, now, last.TryGetValue(Convert.ToHexString(element.Key), out var left) ? left : element.Left)));
        }

        return new KernelRefusals(counted.Packets, counted.Bytes, some.ToImmutable());

        void ReadOwn(SetRole role, Action<StatefulElement> take) => StatefulElement.ReadAll(socket, RefusalNotes.Set(table, role), element =>
        {
            if (element.Key.AsSpan().StartsWith(device))
            {
                take(element);
            }
        });
    }

    private static RefusedPackets Of(StatefulElement element, bool isIpv4, DateTimeOffset now, TimeSpan left)
    {
        ReadOnlySpan<byte> behind = element.Key.AsSpan(4);
        var length = isIpv4 ? 4 : 16;
        return new RefusedPackets(
            new IPAddress(behind[..length]), behind[length], BinaryPrimitives.ReadUInt16BigEndian(behind[(length + 4)..]), element.Packets, element.Bytes, now - (Kept - element.Left), now - (Kept - left));
    }
}
