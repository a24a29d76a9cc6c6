using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Server.Operations.Iam;

/// <summary>ListEntitiesForPolicy: whom a managed policy is attached to, and whom it bounds. One list in three parts: groups, users, roles.</summary>
internal sealed class PolicyEntities(Entities<ManagedPolicy> entities)
{
    public Task ListAsync(IamRequest request, XmlAnswer answer)
    {
        var arn = entities.Name(request);
        var filter = request.FindOneOf("EntityFilter", "User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy");
        var prefix = request.Find("PathPrefix", IamRules.Path) ?? "/";
        var use = request.FindOneOf("PolicyUsageFilter", "PermissionsPolicy", "PermissionsBoundary");
        var page = IamPage.Read(request);
        request.Done();
        entities.Read(request, arn);
        var cut = page.Of(All(entities.Store.View, request.AccountId).Where(holder => (filter is null || holder.Kind == filter) && holder.Path.StartsWith(prefix, StringComparison.Ordinal) && holder.Uses(arn, use)), holder => holder.Place);
        foreach (var kind in (string[])["Group", "User", "Role"])
        {
            answer.List($"Policy{kind}s", cut.Entries.Where(holder => holder.Kind == kind), holder =>
            {
                answer.Text(kind + "Name", holder.Name);
                answer.Text(kind + "Id", holder.Id);
            });
        }

        cut.WriteEnd(answer);
        return Task.CompletedTask;
    }

    private static IEnumerable<Holder> All(IStoreView view, string accountId) =>
    [
        .. view.ListGroups(accountId).Select(group => new Holder("Group", "1", group.Path, group.Name, group.Id, group.AttachedPolicies.Contains, null)),
        .. view.ListUsers(accountId).Select(user => new Holder("User", "2", user.Path, user.Name, user.Id, user.AttachedPolicies.Contains, user.BoundaryArn)),
        .. view.ListRoles(accountId).Select(role => new Holder("Role", "3", role.Path, role.Name, role.Id, role.AttachedPolicies.Contains, role.BoundaryArn)),
    ];

    private sealed record Holder(string Kind, string Part, string Path, string Name, string Id, Func<string, bool> IsAttached, string? Boundary)
    {
        public string Place => Part + Name.ToLowerInvariant();

        public bool Uses(string arn, string? use) => (use != "PermissionsBoundary" && IsAttached(arn)) || (use != "PermissionsPolicy" && Boundary == arn);
    }
}
