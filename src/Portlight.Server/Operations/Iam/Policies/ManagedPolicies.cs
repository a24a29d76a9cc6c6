using Portlight.Domain;
using Portlight.Server.Access;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Server.Operations.Iam;

/// <summary>Managed policies: made, shown, listed, deleted. Versions are <see cref="PolicyVersions"/>.</summary>
internal sealed class ManagedPolicies(Entities<ManagedPolicy> entities)
{
    public async Task CreateAsync(IamRequest request, XmlAnswer answer)
    {
        var name = request.Require("PolicyName", IamRules.PolicyName);
        var path = request.Find("Path", IamRules.PolicyPath) ?? "/";
        var document = request.Require("PolicyDocument", IamRules.Document);
        var description = request.Find("Description", IamRules.PolicyDescription);
        var tags = IamTags.Read(request);
        request.Done();
        IamTags.RequireOwnKeys(tags.Keys);
        PolicyVersions.RequireDocument(document);
        var now = request.Call.Now;
        var policy = new ManagedPolicy
        {
            AccountId = request.AccountId,
            Name = name,
            Path = path,
            Id = Identifiers.NewPolicy(),
            CreatedAt = now,
            UpdatedAt = now,
            Description = description,
            Tags = tags,
            Versions = [new ManagedPolicyVersion(1, document, now)],
            DefaultVersion = 1,
            LastVersion = 1,
        };
        NewEntity.RequireAllowed(request, policy.Arn, tags, "iam:TagPolicy");
        await entities.Store.CommitAsync(request.Call, (view, changes) =>
        {
            if (view.FindManagedPolicy(request.AccountId, name) is not null)
            {
                throw IamException.EntityAlreadyExists($"A policy called {name} already exists. Duplicate names are not allowed.");
            }

            if (view.ListManagedPolicies(request.AccountId).Count >= Quotas.ManagedPolicies)
            {
                throw IamException.LimitExceeded($"Cannot exceed quota for PoliciesPerAccount: {Quotas.ManagedPolicies}");
            }

            changes.Save(policy);
            return policy;
        });
        answer.Policy(policy, PolicyUsage.None);
    }

    public Task GetAsync(IamRequest request, XmlAnswer answer)
    {
        var arn = entities.Name(request);
        request.Done();
        answer.Policy(entities.Read(request, arn), PolicyUsage.Of(entities.Store.View, request.AccountId));
        return Task.CompletedTask;
    }

    public Task ListAsync(IamRequest request, XmlAnswer answer)
    {
        var scope = request.FindOneOf("Scope", "All", "AWS", "Local") ?? "All";
        var onlyAttached = request.FindFlag("OnlyAttached");
        var prefix = request.Find("PathPrefix", IamRules.PolicyPath) ?? "/";
        var use = request.FindOneOf("PolicyUsageFilter", "PermissionsPolicy", "PermissionsBoundary");
        var page = IamPage.Read(request);
        request.Done();
        Authorization.Require(request.Call, new AccessQuestion(request.Action, $"arn:aws:iam::{request.AccountId}:policy{prefix}"));
        var view = entities.Store.View;
        var usage = PolicyUsage.Of(view, request.AccountId);
        IEnumerable<ManagedPolicy> local = scope == "AWS" ? [] : view.ListManagedPolicies(request.AccountId);
        IEnumerable<ManagedPolicy> builtIn = scope == "Local" ? [] : BuiltInPolicies.All;
        var policies = local.Concat(builtIn)
            .Where(policy => policy.Path.StartsWith(prefix, StringComparison.Ordinal) && IsUsed(usage, policy.Arn, use, onlyAttached))
            .OrderBy(PolicyShapes.Place, StringComparer.Ordinal);
        page.Of(policies, PolicyShapes.Place).Write(answer, "Policies", policy => answer.Listed(policy, usage));
        return Task.CompletedTask;
    }

    /// <summary>Its versions but the default one, and whatever it is attached to or bounds, have to go first.</summary>
    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var arn = entities.Name(request);
        request.Done();
        await entities.ChangeAsync(request, arn, (view, changes, policy) =>
        {
            ManagedPolicyKind.RequireOwn(request, policy);
            var usage = PolicyUsage.Of(view, request.AccountId);
            if (usage.Attachments(arn) + usage.Boundaries(arn) > 0)
            {
                throw IamException.DeleteConflict("Cannot delete a policy attached to entities.");
            }

            if (policy.Versions.Length > 1)
            {
                throw IamException.DeleteConflict(
                    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.");
            }

            changes.Remove(policy);
            return true;
        });
    }

    private static bool IsUsed(PolicyUsage usage, string arn, string? use, bool onlyAttached) => use switch
    {
        "PermissionsPolicy" => usage.Attachments(arn) > 0,
        "PermissionsBoundary" => usage.Boundaries(arn) > 0,
        _ => !onlyAttached || usage.Attachments(arn) > 0,
    };
}
