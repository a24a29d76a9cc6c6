using Portlight.Policies;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>Whether the caller of a request may do what it asks for. The root of an account is bound by no policy; every decision is kept on the call.</summary>
internal static class Authorization
{
    /// <summary>The resource of an action that takes no resource type: the account's resources as a whole.</summary>
    public static string AccountResource(Call call) =>
        call.Entry!.Service == ApiService.Lightsail || call.Entry.Service == ApiService.Portlight ? LightsailResource(call) : "*";

    /// <summary><c>arn:aws:lightsail:us-east-1:111122223333:*</c>, as the real service names it in refusals.</summary>
    public static string LightsailResource(Call call) => $"arn:aws:lightsail:{call.Region}:{call.Principal.AccountId}:*";

    /// <exception cref="AccessDeniedException">The caller's policies do not allow it.</exception>
    public static void Require(Call call, AccessQuestion question) => RequireAll(call, [question]);

    /// <summary>Asks all of it: the call is authorised when every answer is yes.</summary>
    /// <exception cref="AccessDeniedException">The caller's policies do not allow one of them.</exception>
    public static void RequireAll(Call call, IReadOnlyList<AccessQuestion> questions)
    {
        call.IsAuthorized = false;
        if (RefusalOf(call, questions) is { } refusal)
        {
            throw refusal;
        }

        call.IsAuthorized = true;
    }

    /// <summary>The refusal of the first question that is answered with no; null when there is none.</summary>
    public static AccessDeniedException? RefusalOf(Call call, IReadOnlyList<AccessQuestion> questions)
    {
        foreach (var question in questions)
        {
            var decision = Decide(call, question);
            call.Keep(question, decision);
            if (decision is { IsAllowed: false })
            {
                return Refusal(call, question, decision);
            }
        }

        return null;
    }

    /// <summary>Whether the caller's policies look at port rules where they speak of an action; where they do not, one decision does for a request of many rules.</summary>
    public static bool LooksAtPorts(Call call, string action) => !call.Principal.IsRoot && Evaluator.AsksFor(action, call.Principal.Policies, PortKeys.Prefix, call.Budget);

    /// <summary>Whether the caller may, without its being what the call asks for: nothing is kept of it.</summary>
    public static bool Allows(Call call, AccessQuestion question) => Decide(call, question) is not { IsAllowed: false };

    /// <summary>What a call would be refused with that asks this; null for one that would not. Nothing is kept of it.</summary>
    public static string? WouldRefuse(Call call, IReadOnlyList<AccessQuestion> questions) => Foresee(call, questions).Refusal;

    /// <summary>The same, with what allows it where nothing refuses it: a decision for each question, and none for a root, whom no policy binds.</summary>
    public static (string? Refusal, IReadOnlyList<Decision> Allowed) Foresee(Call call, IReadOnlyList<AccessQuestion> questions)
    {
        var allowed = new List<Decision>(questions.Count);
        foreach (var question in questions)
        {
            switch (Decide(call, question))
            {
                case { IsAllowed: false } decision:
                    return (Refusal(call, question, decision).Message, []);
                case { } decision:
                    allowed.Add(decision);
                    break;
            }
        }

        return (null, allowed);
    }

    /// <summary>Null for a root, about which nothing is decided.</summary>
    private static Decision? Decide(Call call, AccessQuestion question) => call.Principal.IsRoot
        ? null
        : Evaluator.Decide(question.Action, question.Resource, new RequestContext(call, question), call.Principal.Policies, call.Budget);

    /// <summary>In AWS's words (IAM user guide, access denied error messages); where port rules were looked at, with the rule and the statement.</summary>
    private static AccessDeniedException Refusal(Call call, AccessQuestion question, Decision decision)
    {
        var text = $"User: {call.Principal.Arn} is not authorized to perform: {question.Action} on resource: {question.ShownAs ?? question.Resource} {Because(question.Action, decision)}";
        var statement = decision is { Statement: { } deciding, Policy: { } policy } ? $", statement {deciding} of {policy.Id}" : "";
        return new AccessDeniedException(question switch
        {
            { Rule: { } rule } => $"{text}: {rule}{statement}",
            { Ports.ClosesPorts: true } => $"{text}: the request closes ports{statement}",
            { Ports: not null } => $"{text}: the request asks for no rule{statement}",
            _ => text,
        });
    }

    private static string Because(string action, Decision decision) => (decision.Reason, decision.DecidedBy) switch
    {
        (DecisionReason.ExplicitDeny, DecidingPolicy.PermissionsBoundary) => "with an explicit deny in a permissions boundary",
        (DecisionReason.ExplicitDeny, DecidingPolicy.Session) => "with an explicit deny in a session policy",
        (DecisionReason.ExplicitDeny, _) => "with an explicit deny in an identity-based policy",
        (DecisionReason.NoPermissionsBoundary, _) => $"because no permissions boundary allows the {action} action",
        (DecisionReason.TooMuchWork, _) => "because the policies that speak of it take more work than a request may cost; make their patterns simpler, or ask for less at once",
        (DecisionReason.NoSessionPolicy, _) => $"because no session policy allows the {action} action",
        _ => $"because no identity-based policy allows the {action} action",
    };
}
