using Portlight.Server.Access;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Server.Operations.Iam;

/// <summary>GetAccountSummary: how much of everything there is, and how much there may be.</summary>
internal sealed class AccountSummary(IStore store)
{
    public Task GetAsync(IamRequest request, XmlAnswer answer)
    {
        request.Done();
        Authorization.Require(request.Call, new AccessQuestion(request.Action, "*"));
        answer.Structure("SummaryMap", () =>
        {
            foreach (var (key, value) in Figures(store.View, request.AccountId))
            {
                answer.Structure("entry", () =>
                {
                    answer.Text("key", key);
                    answer.Number("value", value);
                });
            }
        });
        return Task.CompletedTask;
    }

    private static IEnumerable<(string Key, long Value)> Figures(IStoreView view, string accountId)
    {
        var policies = view.ListManagedPolicies(accountId);
        return
        [
            ("AccessKeysPerUserQuota", Quotas.AccessKeys),
            ("AccountAccessKeysPresent", AccessKeys.Of(view, accountId, userName: null).Any() ? 1 : 0),
            ("AccountMFAEnabled", 0),
            ("AssumeRolePolicySizeQuota", Quotas.TrustPolicySize),
            ("AttachedPoliciesPerGroupQuota", Quotas.AttachedPolicies),
            ("AttachedPoliciesPerRoleQuota", Quotas.AttachedPolicies),
            ("AttachedPoliciesPerUserQuota", Quotas.AttachedPolicies),
            ("GroupPolicySizeQuota", Quotas.GroupPolicySize),
            ("Groups", view.ListGroups(accountId).Count),
            ("GroupsPerUserQuota", Quotas.GroupsPerUser),
            ("GroupsQuota", Quotas.Groups),
            ("InstanceProfiles", 0),
            ("MFADevices", 0),
            ("Policies", policies.Count),
            ("PoliciesQuota", Quotas.ManagedPolicies),
            ("PolicySizeQuota", Quotas.ManagedPolicySize),
            ("PolicyVersionsInUse", policies.Sum(policy => policy.Versions.Length)),
            ("RolePolicySizeQuota", Quotas.RolePolicySize),
            ("Roles", view.ListRoles(accountId).Count),
            ("RolesQuota", Quotas.Roles),
            ("UserPolicySizeQuota", Quotas.UserPolicySize),
            ("Users", view.ListUsers(accountId).Count),
            ("UsersQuota", Quotas.Users),
            ("VersionsPerPolicyQuota", Quotas.PolicyVersions),
        ];
    }
}
