using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Server.Access;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Server.Operations.Iam;

/// <summary>GetAccountAuthorizationDetails: every user, group, role and managed policy with its documents, as auditing tools read an account at once.</summary>
internal sealed class AuthorizationDetails(IStore store)
{
    private static readonly TextRule Filters = new(1, 32);

    public Task GetAsync(IamRequest request, XmlAnswer answer)
    {
        string[] kinds = ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"];
        var filter = request.Texts("Filter", Filters);
        if (filter.Any(kind => !kinds.Contains(kind)))
        {
            request.Refuse("Filter", $"Member must satisfy enum value set: [{string.Join(", ", kinds)}]");
        }

        var page = IamPage.Read(request);
        request.Done();
        Authorization.Require(request.Call, new AccessQuestion(request.Action, "*"));
        var view = store.View;
        var usage = PolicyUsage.Of(view, request.AccountId);
        var all = All(view, request.AccountId).Where(entry => filter.Count == 0 || filter.Contains(kinds[entry.Part]));
        var cut = page.Of(all, entry => $"{entry.Part}{entry.Name.ToLowerInvariant()}");
        answer.List("UserDetailList", cut.Entries.Select(entry => entry.Entity).OfType<User>(), user => User(answer, view, user));
        answer.List("GroupDetailList", cut.Entries.Select(entry => entry.Entity).OfType<Group>(), group => Group(answer, view, group));
        answer.List("RoleDetailList", cut.Entries.Select(entry => entry.Entity).OfType<Role>(), role => Role(answer, view, role));
        answer.List("Policies", cut.Entries.Select(entry => entry.Entity).OfType<ManagedPolicy>(), policy => Policy(answer, policy, usage));
        cut.WriteEnd(answer);
        return Task.CompletedTask;
    }

    private static IEnumerable<(int Part, string Name, object Entity)> All(IStoreView view, string accountId) =>
    [
        .. view.ListUsers(accountId).Select(user => (0, user.Name, (object)user)),
        .. view.ListGroups(accountId).Select(group => (1, group.Name, (object)group)),
        .. view.ListRoles(accountId).Select(role => (2, role.Name, (object)role)),
        .. view.ListManagedPolicies(accountId).Select(policy => (3, policy.Name, (object)policy)),
        .. BuiltInPolicies.All.Select(policy => (4, policy.Name, (object)policy)),
    ];

    private static void User(XmlAnswer answer, IStoreView view, User user)
    {
        answer.Listed(user);
        Inline(answer, "UserPolicyList", user.InlinePolicies);
        answer.Texts("GroupList", user.Groups);
        Attached(answer, view, user.AccountId, user.AttachedPolicies);
        answer.Boundary(user.BoundaryArn);
        answer.List("Tags", user.Tags, answer.Tag);
    }

    private static void Group(XmlAnswer answer, IStoreView view, Group group)
    {
        answer.Group(group);
        Inline(answer, "GroupPolicyList", group.InlinePolicies);
        Attached(answer, view, group.AccountId, group.AttachedPolicies);
    }

    private static void Role(XmlAnswer answer, IStoreView view, Role role)
    {
        answer.Text("Path", role.Path);
        answer.Text("RoleName", role.Name);
        answer.Text("RoleId", role.Id);
        answer.Text("Arn", role.Arn);
        answer.Time("CreateDate", role.CreatedAt);
        answer.Text("AssumeRolePolicyDocument", Documents.ForAnswer(ShownTrust.Of(view, role)));
        answer.Structure("InstanceProfileList", () => { });
        Inline(answer, "RolePolicyList", role.InlinePolicies);
        Attached(answer, view, role.AccountId, role.AttachedPolicies);
        answer.Boundary(role.BoundaryArn);
        answer.List("Tags", role.Tags, answer.Tag);
        answer.Structure("RoleLastUsed", () => { });
    }

    private static void Policy(XmlAnswer answer, ManagedPolicy policy, PolicyUsage usage)
    {
        answer.Listed(policy, usage);
        answer.List("PolicyVersionList", policy.Versions.Reverse(), version => answer.Version(policy, version, withDocument: true));
    }

    private static void Inline(XmlAnswer answer, string name, ImmutableSortedDictionary<string, string> policies) => answer.List(name, policies, policy =>
    {
        answer.Text("PolicyName", policy.Key);
        answer.Text("PolicyDocument", Documents.ForAnswer(policy.Value));
    });

    private static void Attached(XmlAnswer answer, IStoreView view, string accountId, ImmutableArray<string> arns) =>
        answer.List("AttachedManagedPolicies", arns.Select(arn => Principals.FindManaged(view, accountId, arn)).OfType<ManagedPolicy>(), answer.Attached);
}
