using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// The operations of the IAM API (Query protocol, version 2010-05-08) that Portlight has. Each asks by itself whether the caller may, on the resource that the
/// service authorization reference gives its action. Adding one takes its line here, its method and its tests; docs/iam-operations.md lists them. A line has the parameters of
/// the service model, also those that Portlight ignores: what a stock client sends is in the log.
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
        Add("SimulateCustomPolicy", Simulations.CustomParameters, Simulations.CustomAsync, OperationTraits.ReadOnly);
        Add("SimulatePrincipalPolicy", Simulations.PrincipalParameters, simulations.OfPrincipalAsync, OperationTraits.ReadOnly);
        Add("GetAccountSummary", "", new AccountSummary(store).GetAsync, OperationTraits.ReadOnly);
        Add("GetAccountAuthorizationDetails", "Filter[] Marker MaxItems", new AuthorizationDetails(store).GetAsync, OperationTraits.ReadOnly);
    }

    public static IEnumerable<OperationEntry> All(IStore store, Principals principals, SecretBox secrets) => new IamOperations(store, principals, secrets)._entries;

    private void AddUsers(IStore store, SecretBox secrets, Entities<User> entities)
    {
        var users = new Users(entities);
        Add("CreateUser", "Path PermissionsBoundary Tags[Key Value] UserName", users.CreateAsync, OperationTraits.ShowsResult);
        Add("GetUser", "UserName", users.GetAsync, OperationTraits.ReadOnly);
        Add("UpdateUser", "NewPath NewUserName UserName", new UserUpdate(entities).UpdateAsync);
        Add("DeleteUser", "UserName", users.DeleteAsync);
        Add("ListUsers", "Marker MaxItems PathPrefix", Listing.Of(store, "user", "Users", (view, account, after, limit) => view.ListUsers(account, after, limit), user => (user.Path, user.Name), UserShapes.Listed), OperationTraits.ReadOnly);
        var keys = new AccessKeys(entities, secrets);
        Add("CreateAccessKey", "UserName", keys.CreateAsync, OperationTraits.HandsOutSecret | OperationTraits.ShowsResult);
        Add("UpdateAccessKey", "AccessKeyId Status UserName", keys.UpdateAsync);
        Add("DeleteAccessKey", "AccessKeyId UserName", keys.DeleteAsync);
        Add("ListAccessKeys", "Marker MaxItems UserName", keys.ListAsync, OperationTraits.ReadOnly);
        Add("GetAccessKeyLastUsed", "AccessKeyId", keys.LastUsedAsync, OperationTraits.ReadOnly);
    }

    private void AddGroups(IStore store, Entities<User> users, Entities<Group> entities)
    {
        var groups = new Groups(entities);
        Add("CreateGroup", "GroupName Path", groups.CreateAsync, OperationTraits.ShowsResult);
        Add("GetGroup", "GroupName Marker MaxItems", groups.GetAsync, OperationTraits.ReadOnly);
        Add("UpdateGroup", "GroupName NewGroupName NewPath", groups.UpdateAsync);
        Add("DeleteGroup", "GroupName", groups.DeleteAsync);
        Add("ListGroups", "Marker MaxItems PathPrefix", Listing.Of(store, "group", "Groups", (view, account, after, limit) => view.ListGroups(account, after, limit), group => (group.Path, group.Name), GroupShapes.Group), OperationTraits.ReadOnly);
        var membership = new Membership(users, entities);
        Add("AddUserToGroup", "GroupName UserName", membership.AddAsync);
        Add("RemoveUserFromGroup", "GroupName UserName", membership.RemoveAsync);
        Add("ListGroupsForUser", "Marker MaxItems UserName", membership.ListForUserAsync, OperationTraits.ReadOnly);
    }

    private void AddRoles(IStore store, Entities<Role> entities)
    {
        var roles = new Roles(entities);
        Add("CreateRole", "AssumeRolePolicyDocument Description MaxSessionDuration Path PermissionsBoundary RoleName Tags[Key Value]", roles.CreateAsync, OperationTraits.ShowsResult);
        Add("GetRole", "RoleName", roles.GetAsync, OperationTraits.ReadOnly);
        Add("UpdateRole", "Description MaxSessionDuration RoleName", roles.UpdateAsync);
        Add("UpdateRoleDescription", "Description RoleName", roles.UpdateDescriptionAsync);
        Add("UpdateAssumeRolePolicy", "PolicyDocument RoleName", roles.UpdateTrustAsync);
        Add("DeleteRole", "RoleName", roles.DeleteAsync);
        Add("ListRoles", "Marker MaxItems PathPrefix", Listing.Of(store, "role", "Roles", (view, account, after, limit) => view.ListRoles(account, after, limit), role => (role.Path, role.Name), (answer, role) => answer.Listed(store.View, role)), OperationTraits.ReadOnly);
    }

    private void AddPolicies(Entities<ManagedPolicy> entities)
    {
        var policies = new ManagedPolicies(entities);
        Add("CreatePolicy", "Description Path PolicyDocument PolicyName Tags[Key Value]", policies.CreateAsync, OperationTraits.ShowsResult);
        Add("GetPolicy", "PolicyArn", policies.GetAsync, OperationTraits.ReadOnly);
        Add("ListPolicies", "Marker MaxItems OnlyAttached PathPrefix PolicyUsageFilter Scope", policies.ListAsync, OperationTraits.ReadOnly);
        Add("DeletePolicy", "PolicyArn", policies.DeleteAsync);
        Add("ListEntitiesForPolicy", "EntityFilter Marker MaxItems PathPrefix PolicyArn PolicyUsageFilter", new PolicyEntities(entities).ListAsync, OperationTraits.ReadOnly);
        var versions = new PolicyVersions(entities);
        Add("CreatePolicyVersion", "PolicyArn PolicyDocument SetAsDefault", versions.CreateAsync, OperationTraits.ShowsResult);
        Add("GetPolicyVersion", "PolicyArn VersionId", versions.GetAsync, OperationTraits.ReadOnly);
        Add("ListPolicyVersions", "Marker MaxItems PolicyArn", versions.ListAsync, OperationTraits.ReadOnly);
        Add("DeletePolicyVersion", "PolicyArn VersionId", versions.DeleteAsync);
        Add("SetDefaultPolicyVersion", "PolicyArn VersionId", versions.SetDefaultAsync);
    }

    private void AddPoliciesOf<T>(Entities<T> entities, IdentityKind<T> kind)
        where T : class
    {
        var inline = new InlinePolicies<T>(entities, kind);
        Add($"Put{kind.Word}Policy", $"{kind.Parameter} PolicyDocument PolicyName", inline.PutAsync);
        Add($"Get{kind.Word}Policy", $"{kind.Parameter} PolicyName", inline.GetAsync, OperationTraits.ReadOnly);
        Add($"Delete{kind.Word}Policy", $"{kind.Parameter} PolicyName", inline.DeleteAsync);
        Add($"List{kind.Word}Policies", $"{kind.Parameter} Marker MaxItems", inline.ListAsync, OperationTraits.ReadOnly);
        var attached = new AttachedPolicies<T>(entities, kind);
        Add($"Attach{kind.Word}Policy", $"{kind.Parameter} PolicyArn", attached.AttachAsync);
        Add($"Detach{kind.Word}Policy", $"{kind.Parameter} PolicyArn", attached.DetachAsync);
        Add($"ListAttached{kind.Word}Policies", $"{kind.Parameter} Marker MaxItems PathPrefix", attached.ListAsync, OperationTraits.ReadOnly);
    }

    private void AddTagsOf<T>(Entities<T> entities)
        where T : class
    {
        var tags = new EntityTags<T>(entities);
        Add($"Tag{entities.Kind.Word}", $"{entities.Kind.Parameter} Tags[Key Value]", tags.TagAsync);
        Add($"Untag{entities.Kind.Word}", $"{entities.Kind.Parameter} TagKeys[]", tags.UntagAsync);
        Add($"List{entities.Kind.Word}Tags", $"{entities.Kind.Parameter} Marker MaxItems", tags.ListAsync, OperationTraits.ReadOnly);
    }

    private void AddBoundariesOf<T>(Entities<T> entities, IdentityKind<T> kind)
        where T : class
    {
        var boundaries = new BoundaryOperations<T>(entities, kind);
        Add($"Put{kind.Word}PermissionsBoundary", $"{kind.Parameter} PermissionsBoundary", boundaries.PutAsync);
        Add($"Delete{kind.Word}PermissionsBoundary", kind.Parameter, boundaries.DeleteAsync);
    }

    private void AddEmpty(EmptyAnswers empty)
    {
        Add("ListMFADevices", "Marker MaxItems UserName", empty.OfUser("MFADevices"), OperationTraits.ReadOnly);
        Add("ListSSHPublicKeys", "Marker MaxItems UserName", empty.OfUser("SSHPublicKeys"), OperationTraits.ReadOnly);
        Add("ListSigningCertificates", "Marker MaxItems UserName", empty.OfUser("Certificates"), OperationTraits.ReadOnly);
        Add("ListServiceSpecificCredentials", "ServiceName UserName", empty.OfUser("ServiceSpecificCredentials"), OperationTraits.ReadOnly);
        Add("ListVirtualMFADevices", "AssignmentStatus Marker MaxItems", EmptyAnswers.OfAccount("VirtualMFADevices"), OperationTraits.ReadOnly);
        Add("ListAccountAliases", "Marker MaxItems", EmptyAnswers.OfAccount("AccountAliases"), OperationTraits.ReadOnly);
        Add("ListInstanceProfilesForRole", "Marker MaxItems RoleName", empty.OfRole("InstanceProfiles"), OperationTraits.ReadOnly);
        Add("GetLoginProfile", "UserName", empty.NoLoginProfileAsync, OperationTraits.ReadOnly);
        Add("DeleteLoginProfile", "UserName", empty.NoLoginProfileAsync);
    }

    private void Add(string name, string parameters, Func<IamRequest, XmlAnswer, Task> run, OperationTraits traits = OperationTraits.None) =>
        _entries.Add(OperationEntry.OfQuery(ApiService.Iam, name, parameters, AccessOn.Resource, (call, form, answer) => run(new IamRequest(call, form), answer), traits));
}
