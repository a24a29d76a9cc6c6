using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

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

            if (view.CountManagedPolicies(request.AccountId) >= Quotas.ManagedPolicies)
            {
                throw IamException.LimitExceeded($"Cannot exceed quota for PoliciesPerAccount: {Quotas.ManagedPolicies}");
            }

            changes.Save(policy);
            return policy;
        });
        answer.Policy(policy, PolicyUsage.Of(entities.Store.View, request.AccountId));
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
        var policies = IamWalk.Of(
            page,
            PolicyShapes.Parts(view, request.AccountId).Where((_, place) => scope != (place == 0 ? "AWS" : "Local")).ToList(),
            policy => policy.Path.StartsWith(prefix, StringComparison.Ordinal) && IsUsed(usage, policy.Arn, use, onlyAttached),
            policy => PolicyShapes.LengthOf(policy) / 8); // documents are read and not shown
        policies.Write(answer, "Policies", policy => answer.Listed(policy, usage));
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
            if (view.IsHeld(request.AccountId, IdentityUse.OfPolicy(arn)) || view.IsHeld(request.AccountId, IdentityUse.OfBoundary(arn)))
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
        "PermissionsPolicy" => usage.IsAttached(arn),
        "PermissionsBoundary" => usage.IsBoundary(arn),
        _ => !onlyAttached || usage.IsAttached(arn),
    };
}
