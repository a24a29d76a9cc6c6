using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Identity;

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
            ("Groups", view.CountGroups(accountId)),
            ("GroupsPerUserQuota", Quotas.GroupsPerUser),
            ("GroupsQuota", Quotas.Groups),
            ("InstanceProfiles", 0),
            ("MFADevices", 0),
            ("Policies", view.CountManagedPolicies(accountId)),
            ("PoliciesQuota", Quotas.ManagedPolicies),
            ("PolicySizeQuota", Quotas.ManagedPolicySize),
            ("PolicyVersionsInUse", Versions(view, accountId)),
            ("RolePolicySizeQuota", Quotas.RolePolicySize),
            ("Roles", view.CountRoles(accountId)),
            ("RolesQuota", Quotas.Roles),
            ("UserPolicySizeQuota", Quotas.UserPolicySize),
            ("Users", view.CountUsers(accountId)),
            ("UsersQuota", Quotas.Users),
            ("VersionsPerPolicyQuota", Quotas.PolicyVersions),
        ];
    }

    /// <summary>Read a few policies at a time: all at once they can be a hundred megabytes.</summary>
    private static int Versions(IStoreView view, string accountId)
    {
        const int Piece = 25;
        var (count, after) = (0, "");
        IReadOnlyList<Domain.ManagedPolicy> read;
        do
        {
            read = view.ListManagedPolicies(accountId, after, Piece);
            count += read.Sum(policy => policy.Versions.Length);
            after = read.Count == 0 ? after : read[^1].Name;
        }
        while (read.Count == Piece);

        return count;
    }
}
