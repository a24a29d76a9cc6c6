using System.Collections.Immutable;
using System.Globalization;

namespace Portlight.Domain;

/// <summary>A policy of its own, attached to users, groups and roles by its ARN. It has up to five versions, one of which holds.</summary>
public sealed record ManagedPolicy
{
    public required string AccountId { get; init; }

    public required string Name { get; init; }

    public required string Path { get; init; }

    /// <summary><c>ANPA…</c>.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a version was last added or made the default.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    public string? Description { get; init; }

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = IdentityDefaults.Tags;

    /// <summary>In order of number, never empty.</summary>
    public required ImmutableArray<ManagedPolicyVersion> Versions { get; init; }

    /// <summary>Number of the version that holds.</summary>
    public required int DefaultVersion { get; init; }

    /// <summary>Highest number ever given out: numbers are not used again.</summary>
    public required int LastVersion { get; init; }

    public ManagedPolicyVersion Default => Versions.First(version => version.Number == DefaultVersion);

    public string Arn => $"arn:aws:iam::{AccountId}:policy{Path}{Name}";
}

/// <summary>One version of a managed policy; the document is what was put.</summary>
public sealed record ManagedPolicyVersion(int Number, string Document, DateTimeOffset CreatedAt)
{
    /// <summary><c>v3</c>, as IAM names it.</summary>
    public string Id => "v" + Number.ToString(CultureInfo.InvariantCulture);
}
