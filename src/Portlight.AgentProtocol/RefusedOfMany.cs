using System.Collections.Immutable;

namespace Portlight.AgentProtocol;

/// <summary>What the kernel of a machine has refused to let in to some of its instances.</summary>
/// <param name="Instances">Of how many of those that were asked about it notes what is refused.</param>
/// <param name="Some">The sources of the last ten minutes, those that were refused last first.</param>
/// <param name="Total">How many there are of these.</param>
public sealed record RefusedOfMany(int Instances, ImmutableArray<RefusedAt> Some, int Total);

/// <summary>A source that was refused, and where.</summary>
/// <param name="Index">The instance.</param>
/// <param name="Refused">What was refused there.</param>
public sealed record RefusedAt(long Index, RefusedSource Refused);
