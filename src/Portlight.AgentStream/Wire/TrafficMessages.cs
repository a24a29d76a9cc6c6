using System.Collections.Immutable;
using Google.Protobuf.Collections;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentStream.Wire;

/// <summary>What a machine remembers of what came in, as messages and back.</summary>
internal static class TrafficMessages
{
    private const int Quarters = 96;
    private const long LastSecond = 253402300799;

    internal static Question Asking(IReadOnlyList<long> indexes, bool withCurves) => new() { Traffic = new Question.Types.Traffic { Indexes = { indexes }, Curves = withCurves } };

    internal static Answer.Types.Traffic Write(TrafficHistory traffic) => new()
    {
        AreCounted = traffic.AreCounted,
        LastQuarter = traffic.LastQuarter.ToUnixTimeSeconds(),
        Reached = traffic.Reached,
        Instances = { traffic.Instances.Select(Write) },
    };

    /// <exception cref="StreamFaultException">It is nothing that can have been counted.</exception>
    internal static TrafficHistory Read(Answer.Types.Traffic traffic) => traffic.LastQuarter is < 0 or > LastSecond || traffic.Reached < 0
        ? throw new StreamFaultException("what came in is of a time that there is not")
        : new TrafficHistory(traffic.AreCounted, DateTimeOffset.FromUnixTimeSeconds(traffic.LastQuarter), [.. traffic.Instances.Select(Read)], traffic.Reached);

    private static Wire.InstanceTraffic Write(AgentProtocol.InstanceTraffic instance) =>
        new() { Index = instance.Index, Refused = { Write(instance.Refused) }, Parts = { instance.Parts.Select(Write) } };

    private static AgentProtocol.InstanceTraffic Read(Wire.InstanceTraffic instance) => new(instance.Index, ReadCurve(instance.Refused), [.. instance.Parts.Select(Read)]);

    private static Wire.PartTraffic Write(AgentProtocol.PartTraffic part) => new()
    {
        Protocol = part.Protocol.ToWire(),
        Port = part.Port,
        Source = Blocks.Write(part.Source),
        Since = part.Since.ToUnixTimeMilliseconds(),
        UsedAt = part.UsedAt?.ToUnixTimeMilliseconds() ?? 0,
        LetIn = { Write(part.LetIn) },
    };

    private static AgentProtocol.PartTraffic Read(Wire.PartTraffic part) =>
        NetworkProtocolText.TryParse(part.Protocol, out var protocol) && part is { Port: >= 0 and <= ushort.MaxValue, Since: > 0 and <= LastSecond * 1000, UsedAt: >= 0 and <= LastSecond * 1000 }
            ? new AgentProtocol.PartTraffic(
                protocol, part.Port, Blocks.ReadAddress(part.Source), DateTimeOffset.FromUnixTimeMilliseconds(part.Since), part.UsedAt == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(part.UsedAt), ReadCurve(part.LetIn))
            : throw new StreamFaultException("what came in cannot be read");

    private static IEnumerable<long> Write(ImmutableArray<long?> curve) => curve.Select(count => count + 1 ?? 0);

    private static ImmutableArray<long?> ReadCurve(RepeatedField<long> curve) => curve.Count is 0 or Quarters && curve.All(count => count >= 0)
        ? [.. curve.Select(count => count == 0 ? (long?)null : count - 1)]
        : throw new StreamFaultException("a curve is not one of 96 quarters of an hour");
}
