using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>An IAM user of an account. Names of an account's users differ by more than case. The root of an account is no user.</summary>
public sealed record User
{
    public required string AccountId { get; init; }

    public required string Name { get; init; }

    /// <summary>Begins and ends with a slash; part of the ARN.</summary>
    public required string Path { get; init; }

    /// <summary><c>AIDA…</c>: tells a user from an earlier one of the same name.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = IdentityDefaults.Tags;

    /// <summary>ARN of the managed policy that bounds what the user's policies can allow; null for no bound.</summary>
    public string? BoundaryArn { get; init; }

    /// <summary>Names of the groups that the user is in, in order of joining.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    public ImmutableSortedDictionary<string, string> InlinePolicies { get; init; } = IdentityDefaults.Policies;

    /// <summary>ARNs of managed policies, in order of attaching.</summary>
    public ImmutableArray<string> AttachedPolicies { get; init; } = [];

    public string Arn => $"arn:aws:iam::{AccountId}:user{Path}{Name}";
}
