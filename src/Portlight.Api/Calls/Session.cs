using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>What made a session.</summary>
internal enum SessionKind : byte
{
    /// <summary><c>GetSessionToken</c>: it stands for the user, or the root, whose key asked.</summary>
    Caller = 1,

    /// <summary><c>AssumeRole</c>.</summary>
    Role = 2,

    /// <summary><c>SignIn</c>: like a caller's, of somebody who signed in to a console, and may call IAM.</summary>
    Console = 3,
}

/// <summary>
/// A session as its token says it. Nothing is kept of it on the server: its user or role is looked up for each request, so it can do what its user or role may
/// do now, and nothing once that is gone.
/// </summary>
internal sealed record Session
{
    public required SessionKind Kind { get; init; }

    /// <summary>The temporary access key, <c>ASIA…</c>.</summary>
    public required string AccessKeyId { get; init; }

    public required string Secret { get; init; }

    public required string AccountId { get; init; }

    /// <summary>Name of the user or role; empty for a root.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the user or role, which tells it from a later one of the same name; empty for a root.</summary>
    public required string Id { get; init; }

    /// <summary>The name that a role's session was given; empty for other sessions.</summary>
    public string SessionName { get; init; } = "";

    /// <summary>The long-term key that the session, or the first one of its chain, was made with.</summary>
    public required string OriginKeyId { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What narrows and describes the session.</summary>
    public SessionTerms Terms { get; init; } = SessionTerms.None;

    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"Session {{ AccessKeyId = {AccessKeyId} }}";
}

/// <summary>What a caller of AssumeRole gives its session: policies that narrow it, tags, a source identity.</summary>
internal sealed record SessionTerms
{
    /// <summary>Keys that differ by case alone are one, as those of the tags are.</summary>
    public static ImmutableSortedSet<string> NoKeys { get; } = ImmutableSortedSet.Create<string>(StringComparer.OrdinalIgnoreCase);

    // After what it begins with: static members come to be in this order.
    public static SessionTerms None { get; } = new();

    /// <summary>The session policy's text; null when there is none.</summary>
    public string? Policy { get; init; }

    /// <summary>ARNs of managed session policies.</summary>
    public ImmutableArray<string> PolicyArns { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = IdentityDefaults.Tags;

    /// <summary>Keys of the tags that sessions made by this one inherit.</summary>
    public ImmutableSortedSet<string> TransitiveTagKeys { get; init; } = NoKeys;

    public string? SourceIdentity { get; init; }

    /// <summary>Whether session policies narrow the session.</summary>
    public bool HasPolicies => Policy is not null || !PolicyArns.IsEmpty;
}
