using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>A role: what somebody else may become for a while, as its trust policy says.</summary>
public sealed record Role
{
    public required string AccountId { get; init; }

    public required string Name { get; init; }

    public required string Path { get; init; }

    /// <summary><c>AROA…</c>.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The document that says who may assume it, as it was put.</summary>
    public required string TrustPolicy { get; init; }

    /// <summary>
    /// The unique ids of the users and roles that the trust policy's ARNs named when it was put, by ARN; what named nobody is not there. Null in a row of a
    /// Portlight that did not know them, until the next start.
    /// </summary>
    public ImmutableSortedDictionary<string, string>? TrustedIds { get; init; }

    public string? Description { get; init; }

    /// <summary>Longest session, 1 to 12 hours.</summary>
    public TimeSpan MaxSessionDuration { get; init; } = TimeSpan.FromHours(1);

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = IdentityDefaults.Tags;

    public string? BoundaryArn { get; init; }

    public ImmutableSortedDictionary<string, string> InlinePolicies { get; init; } = IdentityDefaults.Policies;

    public ImmutableArray<string> AttachedPolicies { get; init; } = [];

    public string Arn => $"arn:aws:iam::{AccountId}:role{Path}{Name}";
}
