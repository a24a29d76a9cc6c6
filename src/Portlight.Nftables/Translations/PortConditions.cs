using System.Collections.Immutable;

namespace Portlight.Nftables.Translations;

/// <summary>What a rule has asked of a packet's protocol and destination port by some place in it. Other conditions narrow further and are not kept.</summary>
internal sealed record PortConditions
{
    private const int LastPort = 65535;

    internal static PortConditions None { get; } = new();

    /// <summary>Null is every protocol.</summary>
    internal ImmutableArray<byte>? Protocols { get; private init; }

    /// <summary>In ascending order, apart from each other.</summary>
    internal ImmutableArray<(int First, int Last)> Ports { get; private init; } = [(0, LastPort)];

    /// <summary>Whether a condition on the ports was met that is not understood.</summary>
    internal bool IsUnclear { get; private init; }

    /// <summary>No packet can get here.</summary>
    internal bool IsImpossible => Ports.IsEmpty || Protocols is { IsEmpty: true };

    internal PortConditions Unclear() => this with { IsUnclear = true };

    internal PortConditions WithProtocols(IEnumerable<byte> protocols) =>
        this with { Protocols = Protocols is { } present ? [.. present.Intersect(protocols)] : [.. protocols.Distinct()] };

    internal PortConditions WithPorts(IEnumerable<(int First, int Last)> ports) => this with { Ports = Intersect(ports) };

    internal PortConditions WithoutPorts(IEnumerable<(int First, int Last)> ports) => this with { Ports = Intersect(Complement(ports)) };

    private ImmutableArray<(int First, int Last)> Intersect(IEnumerable<(int First, int Last)> others) =>
    [
        .. from one in Ports
           from other in others
           let first = Math.Max(one.First, other.First)
           let last = Math.Min(one.Last, other.Last)
           where first <= last
           orderby first
           select (first, last),
    ];

    private static IEnumerable<(int First, int Last)> Complement(IEnumerable<(int First, int Last)> ports)
    {
        var next = 0;
        foreach ((var first, var last) in ports.Order())
        {
            if (next < first)
            {
                yield return (next, first - 1);
            }

            next = Math.Max(next, last + 1);
        }

        if (next <= LastPort)
        {
            yield return (next, LastPort);
        }
    }
}
