using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentStream.Wire;

/// <summary>What was counted of open ports, as messages and back.</summary>
internal static class PortCountMessages
{
    internal static Question Asking(long index) => new() { PortCounts = new Question.Types.PortCounts { Index = index } };

    internal static Answer.Types.PortCounts Write(PortCounts counts) => new()
    {
        AreCounted = counts.AreCounted,
        RefusedPackets = counts.RefusedPackets,
        RefusedBytes = counts.RefusedBytes,
        LetIn = { counts.LetIn.Select(one => new Wire.PortCount { Protocol = one.Protocol.ToWire(), Port = one.Port, Source = Blocks.Write(one.Source), Packets = one.Packets, Bytes = one.Bytes }) },
    };

    /// <exception cref="StreamFaultException">It is nothing that can have been counted.</exception>
    internal static PortCounts Read(Answer.Types.PortCounts counts) => counts.RefusedPackets < 0 || counts.RefusedBytes < 0
        ? throw new StreamFaultException("the agent counts less than nothing")
        : new PortCounts(counts.AreCounted, [.. counts.LetIn.Select(Read)], counts.RefusedPackets, counts.RefusedBytes);

    private static AgentProtocol.PortCount Read(Wire.PortCount one) =>
        NetworkProtocolText.TryParse(one.Protocol, out var protocol) && one is { Port: >= 0 and <= ushort.MaxValue, Packets: >= 0, Bytes: >= 0 }
            ? new AgentProtocol.PortCount(protocol, one.Port, Blocks.ReadAddress(one.Source), one.Packets, one.Bytes)
            : throw new StreamFaultException("what was counted cannot be read");
}
