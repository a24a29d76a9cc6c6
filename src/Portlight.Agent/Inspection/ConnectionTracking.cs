using System.Collections.Immutable;
using System.Net;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Inspection;

/// <summary>
/// Reads the kernel's connection tracking (<c>linux/netfilter/nfnetlink_conntrack.h</c>) for the connections to one instance. The kernel lists all that it tracks, so one look at
/// a time is taken; what is kept of it is bounded.
/// </summary>
internal static class ConnectionTracking
{
    private const ushort List = (1 << 8) | 1; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET
    private const ushort RequestAll = 0x301; // NLM_F_REQUEST, NLM_F_DUMP
    private const ushort Original = 1; // CTA_TUPLE_ORIG
    private const ushort Reply = 2; // CTA_TUPLE_REPLY
    private const ushort Status = 3; // CTA_STATUS
    private const ushort ProtocolInfo = 4; // CTA_PROTOINFO
    private const ushort CountedOriginal = 9; // CTA_COUNTERS_ORIG
    private const ushort CountedReply = 10; // CTA_COUNTERS_REPLY
    private const ushort Timestamp = 20; // CTA_TIMESTAMP
    private const uint IsAnswered = 2; // IPS_SEEN_REPLY
    private const byte Established = 3; // TCP_CONNTRACK_ESTABLISHED; what is between it and LAST_ACK goes on
    private const byte LastAck = 6; // TCP_CONNTRACK_LAST_ACK
    private const byte Tcp = 6;
    private const byte Udp = 17;

    private static readonly OneLook Look = new("the connections of this machine are asked for by too many at once; ask again");

    /// <param name="instance">The instance as it stands.</param>
    /// <param name="most">More are counted alone.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    /// <exception cref="AgentException">The kernel cannot be asked, is asked by too many, or nobody knows the addresses of the instance.</exception>
    internal static Task<TrackedConnections> OfAsync(DesiredInstance instance, int most, CancellationToken cancellationToken) => Look.TakeAsync(() => Of(instance, most), cancellationToken);

    private static TrackedConnections Of(DesiredInstance instance, int most)
    {
        try
        {
            var addresses = Addresses(instance);
            // Packets to this machine are filtered before they are translated, those to others afterwards.
            var isOriginal = instance.Attachment is Attachment.ThisHost;
            var (some, total) = (ImmutableArray.CreateBuilder<TrackedConnection>(), 0);
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
            using var writer = new NetlinkWriter(64);
            var sequence = socket.NextSequence();
            writer.BeginMessage(List, RequestAll, sequence);
            writer.Raw([0, 0, 0, 0]); // nfgenmsg: both families
            writer.EndMessage();
            // Connections come and go while they are listed, so a list that the kernel calls interrupted is as good as any.
            _ = socket.Dump(writer, sequence, "cannot list connections", message =>
            {
                var attributes = message.Attributes(4);
                if (Read(attributes, Original) is { } original && Read(attributes, Reply) is { } reply && GoesOn(attributes, original.Protocol)
                    && (isOriginal ? original.To : reply.From) is var local && addresses.Contains(local.Address) && !addresses.Contains(original.From.Address)
                    && ++total <= most)
                {
                    some.Add(new TrackedConnection(original.Protocol == Tcp ? NetworkProtocol.Tcp : NetworkProtocol.Udp, original.From, local.Port) { Bytes = Bytes(attributes), StartedAt = Start(attributes) });
                }
            });
            return new TrackedConnections(some.DrainToImmutable(), total);
        }
        catch (LabException exception)
        {
            throw new AgentException(exception.Message, exception);
        }
    }

    private static HashSet<IPAddress> Addresses(DesiredInstance instance)
    {
        HashSet<IPAddress> addresses = [.. instance.PublicAddresses, .. instance.Attachment.BroughtAddresses];
        if (instance.PrivateAddress is { } address)
        {
            addresses.Add(address);
        }

        if (instance.Attachment is Attachment.ThisHost)
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
            addresses.UnionWith(socket.Addresses().Select(row => row.Address));
        }

        return addresses.Count > 0 ? addresses : throw new AgentException("nobody knows the addresses of what is behind the interface: attach it with them (`--address`)");
    }

    private static bool GoesOn(NetlinkAttributes attributes, byte protocol) => protocol switch
    {
        Tcp => attributes.TryGet(ProtocolInfo, out var info) && info.Nested.TryGet(1, out var tcp) && tcp.Nested.TryGet(1, out var state) && state.U8 is >= Established and <= LastAck,
        _ => (attributes.U32BigEndianOrNull(Status) & IsAnswered) != 0,
    };

    /// <summary>Null for what is neither TCP nor UDP, or cannot be read.</summary>
    private static (byte Protocol, IPEndPoint From, IPEndPoint To)? Read(NetlinkAttributes attributes, ushort direction)
    {
        if (!attributes.TryGet(direction, out var tuple) || !tuple.Nested.TryGet(1, out var ip) || !tuple.Nested.TryGet(2, out var protocol)
            || !protocol.Nested.TryGet(1, out var number) || number.U8 is not (Tcp or Udp)
            || !protocol.Nested.TryGet(2, out var fromPort) || !protocol.Nested.TryGet(3, out var toPort)
            || !(ip.Nested.TryGet(1, out var from) || ip.Nested.TryGet(3, out from)) || !(ip.Nested.TryGet(2, out var to) || ip.Nested.TryGet(4, out to)))
        {
            return null;
        }

        return (number.U8, new IPEndPoint(new IPAddress(from.Value), fromPort.U16BigEndian), new IPEndPoint(new IPAddress(to.Value), toPort.U16BigEndian));
    }

    private static long? Bytes(NetlinkAttributes attributes) =>
        Counted(attributes, CountedOriginal) is { } one && Counted(attributes, CountedReply) is { } other ? one + other : null;

    private static long? Counted(NetlinkAttributes attributes, ushort direction) =>
        attributes.TryGet(direction, out var counters) && counters.Nested.TryGet(2, out var bytes) ? (long)bytes.U64BigEndian : null;

    private static DateTimeOffset? Start(NetlinkAttributes attributes) =>
        attributes.TryGet(Timestamp, out var times) && times.Nested.TryGet(1, out var start) ? DateTimeOffset.UnixEpoch.AddTicks((long)(start.U64BigEndian / 100)) : null;
}
