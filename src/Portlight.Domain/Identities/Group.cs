using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>A group of users; its members stand at the users (<see cref="User.Groups"/>).</summary>
public sealed record Group
{
    public required string AccountId { get; init; }

    public required string Name { get; init; }

    public required string Path { get; init; }

    /// <summary><c>AGPA…</c>.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public ImmutableSortedDictionary<string, string> InlinePolicies { get; init; } = IdentityDefaults.Policies;

    public ImmutableArray<string> AttachedPolicies { get; init; } = [];

    public string Arn => $"arn:aws:iam::{AccountId}:group{Path}{Name}";
}
