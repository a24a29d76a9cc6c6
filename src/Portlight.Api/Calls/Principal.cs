using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Policies;

namespace Portlight.Api;

/// <summary>What a caller is, in the words of <c>aws:PrincipalType</c>.</summary>
internal enum PrincipalType
{
    Anonymous,

    /// <summary>The root of an account.</summary>
    Account,
    User,
    AssumedRole,
}

/// <summary>The caller that a verified signature is of, with everything that decides what it may do: read once, when the request is authenticated.</summary>
internal sealed record Principal
{
    /// <summary>Before the signature is verified.</summary>
    public static Principal Nobody { get; } = new() { Type = PrincipalType.Anonymous, AccountId = "", AccessKeyId = "", Arn = "", UserId = "" };

    public required PrincipalType Type { get; init; }

    public required string AccountId { get; init; }

    public required string AccessKeyId { get; init; }

    /// <summary>The long-term key behind the credentials: the key itself, or for a session the one that its chain began with. Rates are counted by it.</summary>
    public string OriginKeyId { get; init; } = "";

    /// <summary><c>arn:aws:iam::111122223333:user/ops/alice</c>, <c>…:root</c>, <c>arn:aws:sts::111122223333:assumed-role/deploy/session</c>.</summary>
    public required string Arn { get; init; }

    /// <summary>As <c>GetCallerIdentity</c> says it: the account's number for its root, <c>AIDA…</c> for a user, <c>AROA…:session</c> for a role.</summary>
    public required string UserId { get; init; }

    /// <summary>The user's name; null for a root and for a role.</summary>
    public string? UserName { get; init; }

    /// <summary>Tags of the user or role, and of the session over them (<c>aws:PrincipalTag/…</c>).</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = IdentityDefaults.Tags;

    public PrincipalPolicies Policies { get; init; } = PrincipalPolicies.None;

    /// <summary>When the session began, for temporary credentials; null for an access key.</summary>
    public DateTimeOffset? SessionIssuedAt { get; init; }

    /// <summary>Whether the session is one of SignIn, which a console holds.</summary>
    public bool IsConsoleSession { get; init; }

    /// <summary>What the session was made with; nothing for an access key.</summary>
    public SessionTerms SessionTerms { get; init; } = SessionTerms.None;

    /// <summary>For a session of a role, the role's ARN, which policies name too.</summary>
    public string? RoleArn { get; init; }

    /// <summary>Whether the account is the one that owns this installation.</summary>
    public bool OwnsInstallation { get; init; }

    /// <summary>Whether the credentials are temporary: from GetSessionToken or AssumeRole.</summary>
    public bool IsSession => SessionIssuedAt is not null;

    /// <summary>The root of its account, by its key or by a session of it: bound by no policy.</summary>
    public bool IsRoot => Type == PrincipalType.Account;
}
