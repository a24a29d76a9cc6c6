using System.Collections.Immutable;

namespace Portlight.Policies;

/// <summary>Everything that decides what a principal may do.</summary>
/// <param name="Identity">Its own policies and those of its groups: one of them must allow.</param>
/// <param name="Boundary">Must allow too, where there is one.</param>
/// <param name="Session">The policies that were given when the session was made: one of them must allow too. Null when none was given.</param>
public sealed record PrincipalPolicies(ImmutableArray<Policy> Identity, Policy? Boundary = null, ImmutableArray<Policy>? Session = null)
{
    public static PrincipalPolicies None { get; } = new([]);
}
