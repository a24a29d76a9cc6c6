using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>
/// Whether a caller may assume a role: the role's trust policy has to allow it, and so has the caller's own policy, unless the role is of the caller's account and its
/// trust policy names the caller itself (IAM user guide, policy evaluation logic and roles). An explicit deny on either side decides. Tags and a source identity
/// are asked about in the same way. Until the trust policy has let the caller in, it learns nothing of the role, not even whether there is one.
/// </summary>
internal sealed class RoleAccess(Call call, IStoreView view, Principals principals, AssumeRoleRequest asked, SessionTerms terms)
{
    private const string AdministratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";

    /// <summary>The role that the request names, and that the caller may assume.</summary>
    /// <exception cref="AccessDeniedException">It may not, or there is none: which of the two is not told.</exception>
    public Role Require()
    {
        var role = Find();
        var trust = role is null ? null : principals.TrustOf(role);
        Require("sts:AssumeRole", role, trust);
        if (!terms.Tags.IsEmpty)
        {
            Require("sts:TagSession", role, trust);
        }

        if (terms.SourceIdentity is not null)
        {
            Require("sts:SetSourceIdentity", role, trust);
        }

        if (asked.SourceIdentity is { } wanted && wanted != terms.SourceIdentity)
        {
            throw Refusal("sts:SetSourceIdentity");
        }

        call.IsAuthorized = true;
        return role!;
    }

    private void Require(string action, Role? role, PolicyDocument? trust)
    {
        var question = QuestionOf(action, role);
        var context = new RequestContext(call, question);
        if (role is null || trust is null || Evaluator.DecideTrust(trust, role.TrustedIds ?? IdentityDefaults.TrustedIds, action, Caller, context) is not { IsAllowed: true } trusted)
        {
            throw RefusalOfUnseen(action);
        }

        // The role has let the caller in, so it may know what it is and why its own policies refuse.
        var own = Evaluator.Decide(action, asked.RoleArn, context, call.Principal.Policies, call.Budget);
        if (own.Reason == DecisionReason.ExplicitDeny)
        {
            throw Authorization.RefusalOf(call, [question])!;
        }

        var isByName = trusted.NamesCaller && role.AccountId == call.Principal.AccountId;
        var isAllowed = isByName ? IsNotNarrowed(action, context) : own.IsAllowed;
        call.Keep(question, isAllowed && isByName
            ? new Decision(DecisionReason.Allowed, DecidingPolicy.Identity, new Policy($"role/{role.Name}/trust", PolicySource.Role, trust), null)
            : isAllowed || !own.IsAllowed ? own : NotAllowed);
        if (!isAllowed)
        {
            throw Refusal(action);
        }
    }

    /// <summary>
    /// One refusal, whether there is no such role or it does not trust the caller, whatever the caller's own policies say: they could ask for its tags, and the
    /// answer would tell them. The decision that is kept for the caller's audit log is one about a role of that ARN of which nothing is known.
    /// </summary>
    private AccessDeniedException RefusalOfUnseen(string action)
    {
        var unseen = QuestionOf(action, role: null);
        var own = Evaluator.Decide(action, asked.RoleArn, new RequestContext(call, unseen), call.Principal.Policies, call.Budget);
        call.Keep(unseen, own.IsAllowed ? NotAllowed : own);
        return Refusal(action);
    }

    private static Decision NotAllowed => new(DecisionReason.NoIdentityPolicy, DecidingPolicy.Identity, null, null);

    /// <summary>A session's user id has the name of the session behind the role's id.</summary>
    private TrustedCaller Caller => new(call.Principal.AccountId, call.Principal.Arn, call.Principal.RoleArn, call.Principal.UserId.Split(':')[0]);

    /// <summary>
    /// What a trust policy gives to a user by name is bounded by no permission boundary; what it gives to a role is, and by the policies of the caller's session
    /// (IAM user guide, evaluating identity-based policies with resource-based policies).
    /// </summary>
    private bool IsNotNarrowed(string action, RequestContext context) => call.Principal.RoleArn is null
        || Evaluator.Decide(
            action, asked.RoleArn, context, call.Principal.Policies with { Identity = [principals.Managed(view, call.Principal.AccountId, AdministratorAccess)] }, call.Budget).IsAllowed;

    private AccessQuestion QuestionOf(string action, Role? role)
    {
        var more = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        more["sts:rolesessionname"] = asked.SessionName;
        if (asked.ExternalId is not null)
        {
            more["sts:externalid"] = asked.ExternalId;
        }

        if (terms.SourceIdentity is not null)
        {
            more["sts:sourceidentity"] = terms.SourceIdentity;
        }

        return new AccessQuestion(action, asked.RoleArn)
        {
            ResourceTags = role?.Tags.ForConditions(),
            ResourceAccount = asked.RoleArn.Split(':')[4], // of a role's ARN, which it has been found to be
            RequestTags = asked.Tags.IsEmpty ? null : asked.Tags.ForConditions(),
            TransitiveTagKeys = asked.TransitiveTagKeys.Count == 0 ? null : asked.TransitiveTagKeys,
            More = more.ToImmutable(),
        };
    }

    /// <exception cref="IamException">The ARN is that of no role, whatever there is.</exception>
    private Role? Find()
    {
        var parts = asked.RoleArn.Split(':', 6);
        if (parts is not ["arn", "aws", "iam", "", var account, var path] || account.Length != 12 || !path.StartsWith("role/", StringComparison.Ordinal))
        {
            throw IamException.Validation($"{UserText.Excerpt(asked.RoleArn)} is invalid");
        }

        var role = view.FindAccount(account) is { State: AccountState.Active } ? view.FindRole(account, path[(path.LastIndexOf('/') + 1)..]) : null;
        return role?.Arn == asked.RoleArn ? role : null;
    }

    private AccessDeniedException Refusal(string action) => new($"User: {call.Principal.Arn} is not authorized to perform: {action} on resource: {asked.RoleArn}");
}
