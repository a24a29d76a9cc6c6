namespace Portlight.Policies;

/// <summary>The caller that asks to assume a role.</summary>
/// <param name="AccountId">The caller's account.</param>
/// <param name="Arn">The user's ARN, or the session's (<c>arn:aws:sts::…:assumed-role/NAME/SESSION</c>).</param>
/// <param name="RoleArn">For a session of a role, the role's ARN, which a trust policy may name instead; else null.</param>
/// <param name="Id">The unique id of the user or role, <c>AIDA…</c> or <c>AROA…</c>.</param>
public sealed record TrustedCaller(string AccountId, string Arn, string? RoleArn, string Id);
