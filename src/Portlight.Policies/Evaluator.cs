using System.Collections.Immutable;
using Portlight.Policies.Matching;

namespace Portlight.Policies;

/// <summary>
/// AWS's evaluation logic for identity policies: an explicit deny anywhere beats every allow; nothing is allowed by default; a permission boundary and session
/// policies narrow (IAM user guide, policy evaluation logic).
/// </summary>
public static class Evaluator
{
    /// <summary>
    /// Denies first: of the identity policies, the boundary, the session policies. Then who fails to allow, in the same order, which is that of AWS's messages.
    /// </summary>
    /// <param name="action"><c>lightsail:PutInstancePublicPorts</c>, in any letter case.</param>
    /// <param name="resource">The ARN of what it is about, <c>arn:aws:lightsail:us-east-1:111122223333:Instance/…</c>; never a pattern.</param>
    /// <param name="context">What conditions ask about.</param>
    /// <param name="policies">The principal's.</param>
    /// <param name="budget">What pays for it; null for a budget of its own, of <see cref="EvaluationBudget.StepsOfRequest"/>.</param>
    public static Decision Decide(string action, string resource, IRequestContext context, PrincipalPolicies policies, EvaluationBudget? budget = null)
    {
        budget ??= new EvaluationBudget(EvaluationBudget.StepsOfRequest);
        var decision = Decide(new Request(action, new ArnText(resource), new EvaluationContext(context, budget)), policies);

        // What a spent budget did not look at counts as matching nothing, and it might have denied.
        return budget.IsSpent ? new Decision(DecisionReason.TooMuchWork, DecidingPolicy.Identity, null, null) : decision;
    }

    private static Decision Decide(in Request request, PrincipalPolicies policies)
    {
        var session = SessionOf(policies);
        var decision = request.FindDeny(policies.Identity.AsSpan(), DecidingPolicy.Identity)
            ?? (policies.Boundary is { } boundary ? request.FindDeny([boundary], DecidingPolicy.PermissionsBoundary) : null)
            ?? request.FindDeny(session, DecidingPolicy.Session);
        if (decision is not null)
        {
            return decision;
        }

        var allowed = request.FindAllow(policies.Identity.AsSpan());
        return allowed is null ? new Decision(DecisionReason.NoIdentityPolicy, DecidingPolicy.Identity, null, null)
            : policies.Boundary is { } limit && request.FindAllow([limit]) is null ? new Decision(DecisionReason.NoPermissionsBoundary, DecidingPolicy.PermissionsBoundary, null, null)
            : policies.Session is not null && request.FindAllow(session) is null ? new Decision(DecisionReason.NoSessionPolicy, DecidingPolicy.Session, null, null)
            : allowed;
    }

    /// <summary>
    /// Whether some statement that speaks of the action asks, in a condition or a policy variable, for a key whose name begins with <paramref name="prefix"/>:
    /// where none does, a request with many port rules needs one decision, not one for each.
    /// </summary>
    /// <param name="action">The action.</param>
    /// <param name="policies">The principal's.</param>
    /// <param name="prefix">Beginning of key names in lower case, <c>portlight:</c>.</param>
    /// <param name="budget">What pays for it. When it is spent the answer is yes, and the decisions that follow deny.</param>
    public static bool AsksFor(string action, PrincipalPolicies policies, string prefix, EvaluationBudget? budget = null)
    {
        budget ??= new EvaluationBudget(EvaluationBudget.StepsOfRequest);
        foreach (var (_, policy) in InOrder(policies))
        {
            foreach (var name in policy.Document.About(action, budget).KeyNames)
            {
                if (name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return budget.IsSpent;
    }

    /// <summary>
    /// What <see cref="Decide(string, string, IRequestContext, PrincipalPolicies, EvaluationBudget?)"/> would decide, with everything that it rests on, for the
    /// simulation API. Nothing of it is remembered: the actions are the caller's words.
    /// </summary>
    /// <param name="action">An action.</param>
    /// <param name="resource">An ARN.</param>
    /// <param name="context">What conditions ask about.</param>
    /// <param name="policies">The principal's.</param>
    /// <param name="budget">What pays for it. When it is spent, what is returned means nothing.</param>
    public static Simulation Simulate(string action, string resource, IRequestContext context, PrincipalPolicies policies, EvaluationBudget budget)
    {
        var arn = new ArnText(resource);
        var asked = new EvaluationContext(context, budget);
        var speaking = SpeakingOf(action, policies, budget);
        ImmutableArray<MatchedStatement> matched = [.. speaking.Where(one => one.Statement.Holds(arn, asked))];
        return new Simulation(DecideOf(matched, policies), matched, MissingKeys(speaking, arn, asked));
    }

    private static List<MatchedStatement> SpeakingOf(string action, PrincipalPolicies policies, EvaluationBudget budget)
    {
        var name = action.ToLowerInvariant();
        return
        [
            .. from entry in InOrder(policies)
               from statement in entry.Policy.Document.Statements
               where statement.SpeaksOf(name, budget)
               select new MatchedStatement(entry.Kind, entry.Policy, statement),
        ];
    }

    private static Decision DecideOf(ImmutableArray<MatchedStatement> matched, PrincipalPolicies policies)
    {
        if (matched.FirstOrDefault(one => one.Statement.IsDeny) is { } deny)
        {
            return new Decision(DecisionReason.ExplicitDeny, deny.Kind, deny.Policy, deny.Statement);
        }

        var allow = matched.FirstOrDefault(one => one.Kind == DecidingPolicy.Identity);
        return allow is null ? new Decision(DecisionReason.NoIdentityPolicy, DecidingPolicy.Identity, null, null)
            : policies.Boundary is not null && !Has(DecidingPolicy.PermissionsBoundary) ? new Decision(DecisionReason.NoPermissionsBoundary, DecidingPolicy.PermissionsBoundary, null, null)
            : policies.Session is not null && !Has(DecidingPolicy.Session) ? new Decision(DecisionReason.NoSessionPolicy, DecidingPolicy.Session, null, null)
            : new Decision(DecisionReason.Allowed, DecidingPolicy.Identity, allow.Policy, allow.Statement);

        bool Has(DecidingPolicy kind) => matched.Any(one => one.Kind == kind);
    }

    /// <summary>
    /// Names of the condition keys and variables that the policies ask for and the context does not have, in order of first appearance. Statements about other
    /// actions and, where the answer does not hang on a missing variable, about other resources ask for nothing.
    /// </summary>
    private static ImmutableArray<string> MissingKeys(List<MatchedStatement> speaking, in ArnText resource, EvaluationContext context)
    {
        var names = new List<string>();
        foreach (var (_, _, statement) in speaking)
        {
            if (MayConcern(statement, resource, context))
            {
                names.AddRange(from key in statement.Keys
                               where context.Budget.Spend(1) && !key.HasDefault && !(context.TryGet(key.Key, out var values) && values.Count > 0)
                               select key.Key.Text);
            }
        }

        return [.. names.Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Whether a trust policy lets somebody assume its role.</summary>
    /// <param name="trust">A document of <see cref="PolicyKind.Trust"/>.</param>
    /// <param name="ids">The unique ids of the users and roles that its ARNs named when it was put: one that has the name now is another, and is trusted by no Allow.</param>
    /// <param name="action"><c>sts:AssumeRole</c> or <c>sts:TagSession</c>.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="context">What conditions ask about (<c>sts:ExternalId</c>, <c>aws:SourceIp</c>, …).</param>
    /// <param name="budget">What pays for it; when it is spent, the trust policy denies.</param>
    public static TrustDecision DecideTrust(
        PolicyDocument trust, IReadOnlyDictionary<string, string> ids, string action, TrustedCaller caller, IRequestContext context, EvaluationBudget? budget = null)
    {
        budget ??= new EvaluationBudget(EvaluationBudget.StepsOfRequest);
        var decision = DecideTrust(trust.About(action, budget), ids, caller, new EvaluationContext(context, budget));
        return budget.IsSpent ? new TrustDecision(IsDenied: true, IsAllowed: false, NamesCaller: false) : decision;
    }

    private static TrustDecision DecideTrust(StatementsOfAction about, IReadOnlyDictionary<string, string> ids, TrustedCaller caller, EvaluationContext context)
    {
        var applying = (Statement statement) => statement.Principals is { } principals && principals.Contains(caller, ids, statement.IsDeny) && statement.ConditionsHold(context);
        if (about.Denies.Any(applying))
        {
            return new TrustDecision(IsDenied: true, IsAllowed: false, NamesCaller: false);
        }

        var allows = about.Allows.Where(applying).ToList();
        return new TrustDecision(IsDenied: false, allows.Count > 0, allows.Any(statement => statement.Principals!.Names(caller, ids)));
    }

    private static ReadOnlySpan<Policy> SessionOf(PrincipalPolicies policies) =>
        policies.Session is { IsDefaultOrEmpty: false } session ? session.AsSpan() : [];

    private static IEnumerable<(DecidingPolicy Kind, Policy Policy)> InOrder(PrincipalPolicies policies)
    {
        foreach (var policy in policies.Identity)
        {
            yield return (DecidingPolicy.Identity, policy);
        }

        if (policies.Boundary is { } boundary)
        {
            yield return (DecidingPolicy.PermissionsBoundary, boundary);
        }

        foreach (var policy in policies.Session is { IsDefaultOrEmpty: false } session ? session : [])
        {
            yield return (DecidingPolicy.Session, policy);
        }
    }

    private static bool MayConcern(Statement statement, in ArnText resource, EvaluationContext context) =>
        statement.Resources is not { } resources
        || resources.Contains(resource, context, statement.IsDeny)
        || resources.Templates.Any(template => !template.TryResolve(context, out _));

    /// <summary>What is asked, taken apart once.</summary>
    private readonly ref struct Request(string action, ArnText resource, EvaluationContext context)
    {
        private readonly ArnText _resource = resource;

        public Decision? FindDeny(ReadOnlySpan<Policy> policies, DecidingPolicy kind)
        {
            foreach (var policy in policies)
            {
                foreach (var statement in policy.Document.About(action, context.Budget).Denies)
                {
                    if (statement.Holds(_resource, context))
                    {
                        return new Decision(DecisionReason.ExplicitDeny, kind, policy, statement);
                    }
                }
            }

            return null;
        }

        public Decision? FindAllow(ReadOnlySpan<Policy> policies)
        {
            foreach (var policy in policies)
            {
                foreach (var statement in policy.Document.About(action, context.Budget).Allows)
                {
                    if (statement.Holds(_resource, context))
                    {
                        return new Decision(DecisionReason.Allowed, DecidingPolicy.Identity, policy, statement);
                    }
                }
            }

            return null;
        }
    }
}

/// <summary>A statement that applies to a request.</summary>
public sealed record MatchedStatement(DecidingPolicy Kind, Policy Policy, Statement Statement);

/// <summary>What policies would decide.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Matched">Every statement that applies to the request, allows and denies, in order of policies and statements.</param>
/// <param name="MissingKeys">Names of the keys that the policies ask for and the context does not have, in order of first appearance.</param>
public sealed record Simulation(Decision Decision, ImmutableArray<MatchedStatement> Matched, ImmutableArray<string> MissingKeys);

/// <summary>What a trust policy says.</summary>
/// <param name="IsDenied">A statement denies it.</param>
/// <param name="IsAllowed">A statement allows it and none denies it.</param>
/// <param name="NamesCaller">
/// A statement that allows it names the caller itself, not just its account: within one account the caller then needs no policy of its own
/// (IAM user guide, cross-account policy evaluation and role trust).
/// </param>
public sealed record TrustDecision(bool IsDenied, bool IsAllowed, bool NamesCaller);
