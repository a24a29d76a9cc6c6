using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>
/// Packets that two port sets treat differently, and from where each lets them in. Exact, as <see cref="PortCoverage"/> is: what is written otherwise and lets in the
/// same is no difference.
/// </summary>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c>; <c>all</c> where every protocol differs alike; <see cref="Other"/>.</param>
/// <param name="FromPort">First port; of ICMP the type, −1 for every type. 0 to 65535 of the protocols without ports.</param>
/// <param name="ToPort">Last port; of ICMP the code, −1 for every code.</param>
/// <param name="Before">The sources of the first set.</param>
/// <param name="After">The sources of the second.</param>
/// <param name="Kind">What the second set is to the first.</param>
public sealed record PortDifference(string Protocol, int FromPort, int ToPort, LetInSources Before, LetInSources After, PortDifferenceKind Kind)
{
    /// <summary>Every IP protocol that no rule can name; only <c>all</c> lets it in.</summary>
    public const string Other = "other";
}

/// <summary>What becomes of packets that were treated otherwise.</summary>
public enum PortDifferenceKind
{
    /// <summary>Nobody was let in.</summary>
    Opens,

    /// <summary>Nobody is let in any more.</summary>
    Closes,

    /// <summary>All that were let in still are, and others with them.</summary>
    Widens,

    /// <summary>Some that were let in are not any more, and nobody new is.</summary>
    Narrows,

    /// <summary>Some are let in that were not, others not any more.</summary>
    Replaces,
}

/// <summary>Where packets are let in from: the fewest blocks that are all of it, in order, and aliases that stand for no block yet.</summary>
public sealed record LetInSources(ImmutableArray<Cidr> Ipv4, ImmutableArray<Cidr> Ipv6, ImmutableArray<string> Aliases);
