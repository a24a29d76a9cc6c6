using System.Collections.Immutable;

namespace Portlight.Iam;

/// <summary>
/// AWS's evaluation logic for identity policies: an explicit deny anywhere beats every allow; nothing is allowed by default; a permission boundary and session
/// policies narrow (IAM user guide, policy evaluation logic).
/// </summary>
public static class Evaluator
{
    /// <param name="action"><c>lightsail:PutInstancePublicPorts</c>.</param>
    /// <param name="resource">The ARN of what it is about, <c>arn:aws:lightsail:us-east-1:111122223333:Instance/…</c>; never a pattern.</param>
    /// <param name="context">What conditions ask about.</param>
    /// <param name="policies">The principal's.</param>
    public static Decision Decide(string action, string resource, IRequestContext context, PrincipalPolicies policies) => throw new NotImplementedException();

    /// <summary>
    /// Whether a condition of some statement that speaks of the action asks for a key whose name begins with <paramref name="prefix"/>: where none does, a
    /// request with many port rules needs one decision, not one for each.
    /// </summary>
    /// <param name="action">The action.</param>
    /// <param name="policies">The principal's.</param>
    /// <param name="prefix">Beginning of key names in lower case, <c>portlight:</c>.</param>
    public static bool AsksFor(string action, PrincipalPolicies policies, string prefix) => throw new NotImplementedException();

    /// <summary>Every statement that applies to the request, allows and denies, for the simulation API; in order of policies and statements.</summary>
    public static ImmutableArray<MatchedStatement> Explain(string action, string resource, IRequestContext context, PrincipalPolicies policies) => throw new NotImplementedException();

    /// <summary>Names of the condition keys and variables that the policies ask for and the context does not have, in order of first appearance.</summary>
    public static ImmutableArray<string> MissingKeys(string action, string resource, IRequestContext context, PrincipalPolicies policies) => throw new NotImplementedException();

    /// <summary>Whether a trust policy lets somebody assume its role.</summary>
    /// <param name="trust">A document of <see cref="PolicyKind.Trust"/>.</param>
    /// <param name="action"><c>sts:AssumeRole</c> or <c>sts:TagSession</c>.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="context">What conditions ask about (<c>sts:ExternalId</c>, <c>aws:SourceIp</c>, …).</param>
    public static TrustDecision DecideTrust(PolicyDocument trust, string action, TrustedCaller caller, IRequestContext context) => throw new NotImplementedException();
}

/// <summary>A statement that applies to a request.</summary>
public sealed record MatchedStatement(DecidingPolicy Kind, Policy Policy, Statement Statement);

/// <summary>Who asks to assume a role.</summary>
/// <param name="AccountId">The caller's account.</param>
/// <param name="Arn">The user's ARN, or the session's (<c>arn:aws:sts::…:assumed-role/NAME/SESSION</c>).</param>
/// <param name="RoleArn">For a session of a role, the role's ARN, which a trust policy may name instead; else null.</param>
public sealed record TrustedCaller(string AccountId, string Arn, string? RoleArn);

/// <summary>What a trust policy says.</summary>
/// <param name="IsDenied">A statement denies it.</param>
/// <param name="IsAllowed">A statement allows it and none denies it.</param>
/// <param name="NamesCaller">
/// A statement that allows it names the caller itself, not just its account: within one account the caller then needs no policy of its own
/// (IAM user guide, cross-account policy evaluation and role trust).
/// </param>
public sealed record TrustDecision(bool IsDenied, bool IsAllowed, bool NamesCaller);
