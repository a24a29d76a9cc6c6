using Portlight.AgentProtocol;

namespace Portlight.AgentStream.Wire;

/// <summary>What was refused, as messages and back.</summary>
internal static class RefusalMessages
{
    /// <summary>What fits into a message.</summary>
    internal const int Most = 20_000;

    private const long LastMillisecond = 253402300799999;

    internal static Question Asking(long index, int most) => new() { Refusals = new Question.Types.Refusals { Index = index, Most = most } };

    internal static Answer.Types.Refused Write(RefusedSources refused) => new()
    {
        Packets = refused.Packets,
        Bytes = refused.Bytes,
        Total = refused.Total,
        Some =
        {
            refused.Some.Select(one => new Wire.RefusedSource
            {
                Source = Blocks.Write(one.Source),
                Protocol = one.Protocol,
                Port = one.Port,
                Packets = one.Packets,
                Bytes = one.Bytes,
                FirstAt = one.FirstAt.ToUnixTimeMilliseconds(),
                LastAt = one.LastAt.ToUnixTimeMilliseconds(),
            }),
        },
    };

    /// <exception cref="StreamFaultException">It is nothing that can have been refused.</exception>
    internal static RefusedSources Read(Answer.Types.Refused refused) => refused.Total < refused.Some.Count || refused.Packets < 0 || refused.Bytes < 0
        ? throw new StreamFaultException("the agent counts less than it has refused")
        : new RefusedSources(refused.Packets, refused.Bytes, [.. refused.Some.Select(Read)], refused.Total);

    private static AgentProtocol.RefusedSource Read(Wire.RefusedSource one) =>
        one is { Protocol: >= 0 and <= byte.MaxValue, Port: >= 0 and <= ushort.MaxValue, Packets: >= 0, Bytes: >= 0, FirstAt: >= 0 and <= LastMillisecond, LastAt: >= 0 and <= LastMillisecond }
            ? new AgentProtocol.RefusedSource(
                Blocks.ReadAddress(one.Source), one.Protocol, one.Port, one.Packets, one.Bytes, DateTimeOffset.FromUnixTimeMilliseconds(one.FirstAt), DateTimeOffset.FromUnixTimeMilliseconds(one.LastAt))
            : throw new StreamFaultException("what was refused cannot be read");
}
