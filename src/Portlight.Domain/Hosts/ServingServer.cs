using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>A server of a database that several share.</summary>
/// <param name="Id">Another one at each start.</param>
/// <param name="Agents">Where agents reach it, <c>https://ADDRESS:PORT</c>; none where it takes none.</param>
/// <param name="BeatAt">When it last said that it is there, by its own clock.</param>
public sealed record ServingServer(string Id, ImmutableArray<Uri> Agents, DateTimeOffset BeatAt);
