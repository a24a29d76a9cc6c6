using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// The operations of the IAM API (Query protocol, version 2010-05-08) that Portlight has. Each asks by itself whether the caller may, on the resource that the
/// service authorization reference gives its action. Adding one takes its line here, its method and its tests; docs/iam-operations.md lists them.
/// </summary>
internal sealed class IamOperations
{
    private readonly List<OperationEntry> _entries = [];

    private IamOperations(IStore store, Principals principals, SecretBox secrets)
    {
        var users = new Entities<User>(store, UserKind.Instance);
        var groups = new Entities<Group>(store, GroupKind.Instance);
        var roles = new Entities<Role>(store, RoleKind.Instance);
        var policies = new Entities<ManagedPolicy>(store, ManagedPolicyKind.Instance);
        AddUsers(store, secrets, users);
        AddGroups(store, users, groups);
        AddRoles(store, roles);
        AddPolicies(policies);
        AddPoliciesOf(users, UserKind.Instance);
        AddPoliciesOf(groups, GroupKind.Instance);
        AddPoliciesOf(roles, RoleKind.Instance);
        AddTagsOf(users);
        AddTagsOf(roles);
        AddTagsOf(policies);
        AddBoundariesOf(users, UserKind.Instance);
        AddBoundariesOf(roles, RoleKind.Instance);
        AddEmpty(new EmptyAnswers(users, roles));
        var simulations = new Simulations(store, principals);
        Add("SimulateCustomPolicy", Simulations.CustomAsync, OperationTraits.ReadOnly);
        Add("SimulatePrincipalPolicy", simulations.OfPrincipalAsync, OperationTraits.ReadOnly);
        Add("GetAccountSummary", new AccountSummary(store).GetAsync, OperationTraits.ReadOnly);
        Add("GetAccountAuthorizationDetails", new AuthorizationDetails(store).GetAsync, OperationTraits.ReadOnly);
    }

    public static IEnumerable<OperationEntry> All(IStore store, Principals principals, SecretBox secrets) => new IamOperations(store, principals, secrets)._entries;

    private void AddUsers(IStore store, SecretBox secrets, Entities<User> entities)
    {
        var users = new Users(entities);
        Add("CreateUser", users.CreateAsync, OperationTraits.ShowsResult);
        Add("GetUser", users.GetAsync, OperationTraits.ReadOnly);
        Add("UpdateUser", new UserUpdate(entities).UpdateAsync);
        Add("DeleteUser", users.DeleteAsync);
        Add("ListUsers", Listing.Of(store, "user", "Users", (view, account, after, limit) => view.ListUsers(account, after, limit), user => (user.Path, user.Name), UserShapes.Listed), OperationTraits.ReadOnly);
        var keys = new AccessKeys(entities, secrets);
        Add("CreateAccessKey", keys.CreateAsync, OperationTraits.HandsOutSecret | OperationTraits.ShowsResult);
        Add("UpdateAccessKey", keys.UpdateAsync);
        Add("DeleteAccessKey", keys.DeleteAsync);
        Add("ListAccessKeys", keys.ListAsync, OperationTraits.ReadOnly);
        Add("GetAccessKeyLastUsed", keys.LastUsedAsync, OperationTraits.ReadOnly);
    }

    private void AddGroups(IStore store, Entities<User> users, Entities<Group> entities)
    {
        var groups = new Groups(entities);
        Add("CreateGroup", groups.CreateAsync, OperationTraits.ShowsResult);
        Add("GetGroup", groups.GetAsync, OperationTraits.ReadOnly);
        Add("UpdateGroup", groups.UpdateAsync);
        Add("DeleteGroup", groups.DeleteAsync);
        Add("ListGroups", Listing.Of(store, "group", "Groups", (view, account, after, limit) => view.ListGroups(account, after, limit), group => (group.Path, group.Name), GroupShapes.Group), OperationTraits.ReadOnly);
        var membership = new Membership(users, entities);
        Add("AddUserToGroup", membership.AddAsync);
        Add("RemoveUserFromGroup", membership.RemoveAsync);
        Add("ListGroupsForUser", membership.ListForUserAsync, OperationTraits.ReadOnly);
    }

    private void AddRoles(IStore store, Entities<Role> entities)
    {
        var roles = new Roles(entities);
        Add("CreateRole", roles.CreateAsync, OperationTraits.ShowsResult);
        Add("GetRole", roles.GetAsync, OperationTraits.ReadOnly);
        Add("UpdateRole", roles.UpdateAsync);
        Add("UpdateRoleDescription", roles.UpdateDescriptionAsync);
        Add("UpdateAssumeRolePolicy", roles.UpdateTrustAsync);
        Add("DeleteRole", roles.DeleteAsync);
        Add("ListRoles", Listing.Of(store, "role", "Roles", (view, account, after, limit) => view.ListRoles(account, after, limit), role => (role.Path, role.Name), (answer, role) => answer.Listed(store.View, role)), OperationTraits.ReadOnly);
    }

    private void AddPolicies(Entities<ManagedPolicy> entities)
    {
        var policies = new ManagedPolicies(entities);
        Add("CreatePolicy", policies.CreateAsync, OperationTraits.ShowsResult);
        Add("GetPolicy", policies.GetAsync, OperationTraits.ReadOnly);
        Add("ListPolicies", policies.ListAsync, OperationTraits.ReadOnly);
        Add("DeletePolicy", policies.DeleteAsync);
        Add("ListEntitiesForPolicy", new PolicyEntities(entities).ListAsync, OperationTraits.ReadOnly);
        var versions = new PolicyVersions(entities);
        Add("CreatePolicyVersion", versions.CreateAsync, OperationTraits.ShowsResult);
        Add("GetPolicyVersion", versions.GetAsync, OperationTraits.ReadOnly);
        Add("ListPolicyVersions", versions.ListAsync, OperationTraits.ReadOnly);
        Add("DeletePolicyVersion", versions.DeleteAsync);
        Add("SetDefaultPolicyVersion", versions.SetDefaultAsync);
    }

    private void AddPoliciesOf<T>(Entities<T> entities, IdentityKind<T> kind)
        where T : class
    {
        var inline = new InlinePolicies<T>(entities, kind);
        Add($"Put{kind.Word}Policy", inline.PutAsync);
        Add($"Get{kind.Word}Policy", inline.GetAsync, OperationTraits.ReadOnly);
        Add($"Delete{kind.Word}Policy", inline.DeleteAsync);
        Add($"List{kind.Word}Policies", inline.ListAsync, OperationTraits.ReadOnly);
        var attached = new AttachedPolicies<T>(entities, kind);
        Add($"Attach{kind.Word}Policy", attached.AttachAsync);
        Add($"Detach{kind.Word}Policy", attached.DetachAsync);
        Add($"ListAttached{kind.Word}Policies", attached.ListAsync, OperationTraits.ReadOnly);
    }

    private void AddTagsOf<T>(Entities<T> entities)
        where T : class
    {
        var tags = new EntityTags<T>(entities);
        Add($"Tag{entities.Kind.Word}", tags.TagAsync);
        Add($"Untag{entities.Kind.Word}", tags.UntagAsync);
        Add($"List{entities.Kind.Word}Tags", tags.ListAsync, OperationTraits.ReadOnly);
    }

    private void AddBoundariesOf<T>(Entities<T> entities, IdentityKind<T> kind)
        where T : class
    {
        var boundaries = new BoundaryOperations<T>(entities, kind);
        Add($"Put{kind.Word}PermissionsBoundary", boundaries.PutAsync);
        Add($"Delete{kind.Word}PermissionsBoundary", boundaries.DeleteAsync);
    }

    private void AddEmpty(EmptyAnswers empty)
    {
        Add("ListMFADevices", empty.OfUser("MFADevices"), OperationTraits.ReadOnly);
        Add("ListSSHPublicKeys", empty.OfUser("SSHPublicKeys"), OperationTraits.ReadOnly);
        Add("ListSigningCertificates", empty.OfUser("Certificates"), OperationTraits.ReadOnly);
        Add("ListServiceSpecificCredentials", empty.OfUser("ServiceSpecificCredentials"), OperationTraits.ReadOnly);
        Add("ListVirtualMFADevices", EmptyAnswers.OfAccount("VirtualMFADevices"), OperationTraits.ReadOnly);
        Add("ListAccountAliases", EmptyAnswers.OfAccount("AccountAliases"), OperationTraits.ReadOnly);
        Add("ListInstanceProfilesForRole", empty.OfRole("InstanceProfiles"), OperationTraits.ReadOnly);
        Add("GetLoginProfile", empty.NoLoginProfileAsync, OperationTraits.ReadOnly);
        Add("DeleteLoginProfile", empty.NoLoginProfileAsync);
    }

    private void Add(string name, Func<IamRequest, XmlAnswer, Task> run, OperationTraits traits = OperationTraits.None) =>
        _entries.Add(OperationEntry.OfQuery(ApiService.Iam, name, AccessOn.Resource, (call, form, answer) => run(new IamRequest(call, form), answer), traits));
}
