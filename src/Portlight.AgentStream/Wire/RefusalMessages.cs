using Portlight.AgentProtocol;

namespace Portlight.AgentStream.Wire;

/// <summary>What was refused, as messages and back.</summary>
internal static class RefusalMessages
{
    /// <summary>What fits into a message.</summary>
    internal const int Most = 20_000;

    private const long LastMillisecond = 253402300799999;

    internal static Question Asking(long index, int most) => new() { Refusals = new Question.Types.Refusals { Index = index, Most = most } };

    internal static Question Asking(IReadOnlyList<long> indexes, int most) => new() { RefusalsOfMany = new Question.Types.RefusalsOfMany { Indexes = { indexes }, Most = most } };

    internal static Answer.Types.Refused Write(RefusedSources refused) => new() { Packets = refused.Packets, Bytes = refused.Bytes, Total = refused.Total, Some = { refused.Some.Select(Write) } };

    internal static Answer.Types.RefusedOfMany Write(RefusedOfMany refused) =>
        new() { Instances = refused.Instances, Total = refused.Total, Some = { refused.Some.Select(one => new Wire.RefusedAt { Index = one.Index, Refused = Write(one.Refused) }) } };

    /// <exception cref="StreamFaultException">It is nothing that can have been refused.</exception>
    internal static RefusedSources Read(Answer.Types.Refused refused) => refused.Total < refused.Some.Count || refused.Packets < 0 || refused.Bytes < 0
        ? throw new StreamFaultException("the agent counts less than it has refused")
        : new RefusedSources(refused.Packets, refused.Bytes, [.. refused.Some.Select(Read)], refused.Total);

    /// <exception cref="StreamFaultException">The same.</exception>
    internal static RefusedOfMany Read(Answer.Types.RefusedOfMany refused) => refused.Total < refused.Some.Count || refused.Instances < 0
        ? throw new StreamFaultException("the agent counts less than it has refused")
        : new RefusedOfMany(refused.Instances, [.. refused.Some.Select(one => new AgentProtocol.RefusedAt(one.Index, Read(one.Refused ?? new Wire.RefusedSource())))], refused.Total);

    private static Wire.RefusedSource Write(AgentProtocol.RefusedSource one) => new()
    {
        Source = Blocks.Write(one.Source),
        Protocol = one.Protocol,
        Port = one.Port,
        Packets = one.Packets,
        Bytes = one.Bytes,
        FirstAt = one.FirstAt.ToUnixTimeMilliseconds(),
        LastAt = one.LastAt.ToUnixTimeMilliseconds(),
    };

    private static AgentProtocol.RefusedSource Read(Wire.RefusedSource one) =>
        one is { Protocol: >= 0 and <= byte.MaxValue, Port: >= 0 and <= ushort.MaxValue, Packets: >= 0, Bytes: >= 0, FirstAt: >= 0 and <= LastMillisecond, LastAt: >= 0 and <= LastMillisecond }
            ? new AgentProtocol.RefusedSource(
                Blocks.ReadAddress(one.Source), one.Protocol, one.Port, one.Packets, one.Bytes, DateTimeOffset.FromUnixTimeMilliseconds(one.FirstAt), DateTimeOffset.FromUnixTimeMilliseconds(one.LastAt))
            : throw new StreamFaultException("what was refused cannot be read");
}
