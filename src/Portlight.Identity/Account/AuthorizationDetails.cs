using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Identity;

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
        var cut = IamWalk.Of(page, [.. Parts(view, request.AccountId).Where((_, part) => filter.Count == 0 || filter.Contains(kinds[part]))], _ => true, LengthOf);
        answer.List("UserDetailList", cut.Entries.OfType<User>(), user => User(answer, view, user));
        answer.List("GroupDetailList", cut.Entries.OfType<Group>(), group => Group(answer, view, group));
        answer.List("RoleDetailList", cut.Entries.OfType<Role>(), role => Role(answer, view, role));
        answer.List("Policies", cut.Entries.OfType<ManagedPolicy>(), policy => Policy(answer, policy, usage));
        cut.WriteEnd(answer);
        return Task.CompletedTask;
    }

    /// <summary>In the order of the filter's words.</summary>
    private static IReadOnlyList<IamWalkPart<object>> Parts(IStoreView view, string accountId) =>
    [
        new("0", (after, limit) => view.ListUsers(accountId, after, limit), user => ((User)user).Name),
        new("1", (after, limit) => view.ListGroups(accountId, after, limit), group => ((Group)group).Name),
        new("2", (after, limit) => view.ListRoles(accountId, after, limit), role => ((Role)role).Name),
        new("3", (after, limit) => view.ListManagedPolicies(accountId, after, limit), policy => ((ManagedPolicy)policy).Name),
        new("4", PolicyShapes.BuiltInAfter, policy => ((ManagedPolicy)policy).Name),
    ];

    private static int LengthOf(object entity) => entity switch
    {
        User user => LengthOf(user.InlinePolicies, user.Tags),
        Group group => LengthOf(group.InlinePolicies, IdentityDefaults.Tags),
        Role role => LengthOf(role.InlinePolicies, role.Tags) + (2 * role.TrustPolicy.Length),
        _ => PolicyShapes.LengthOf((ManagedPolicy)entity),
    };

    private static int LengthOf(ImmutableSortedDictionary<string, string> documents, ImmutableSortedDictionary<string, string> tags) =>
        3_000 + documents.Sum(policy => 200 + (2 * policy.Value.Length)) + tags.Sum(tag => 60 + tag.Key.Length + tag.Value.Length);

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
