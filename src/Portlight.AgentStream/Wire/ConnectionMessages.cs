using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentStream.Wire;

/// <summary>Tracked connections as messages and back.</summary>
internal static class ConnectionMessages
{
    /// <summary>What fits into a message.</summary>
    internal const int Most = 20_000;

    internal static Question Asking(long index, int most) => new() { Connections = new Question.Types.Connections { Index = index, Most = most } };

    internal static Answer.Types.Tracked Write(TrackedConnections tracked) => new()
    {
        Some =
        {
            tracked.Some.Select(one => new Wire.TrackedConnection
            {
                Protocol = one.Protocol.ToWire(),
                Peer = Blocks.Write(one.Peer.Address),
                PeerPort = one.Peer.Port,
                Port = one.Port,
                Bytes = one.Bytes + 1 ?? 0,
                StartedAt = one.StartedAt?.ToUnixTimeMilliseconds() ?? 0,
            }),
        },
        Total = tracked.Total,
    };

    /// <exception cref="StreamFaultException">They are none.</exception>
    internal static TrackedConnections Read(Answer.Types.Tracked tracked) => tracked.Total < tracked.Some.Count
        ? throw new StreamFaultException("the agent counts fewer connections than it lists")
        : new TrackedConnections([.. tracked.Some.Select(Read)], tracked.Total);

    private static AgentProtocol.TrackedConnection Read(Wire.TrackedConnection one) =>
        NetworkProtocolText.TryParse(one.Protocol, out var protocol) && one.PeerPort is >= 0 and <= ushort.MaxValue && one.Port is >= 0 and <= ushort.MaxValue
        && one.Bytes >= 0 && one.StartedAt is >= 0 and <= 253402300799999
            ? new AgentProtocol.TrackedConnection(protocol, new IPEndPoint(Blocks.ReadAddress(one.Peer), one.PeerPort), one.Port)
            {
                Bytes = one.Bytes > 0 ? one.Bytes - 1 : null,
                StartedAt = one.StartedAt > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(one.StartedAt) : null,
            }
            : throw new StreamFaultException("a connection cannot be read");
}
