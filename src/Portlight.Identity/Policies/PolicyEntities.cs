using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>ListEntitiesForPolicy: the users, groups and roles that a managed policy is attached to, and those that it bounds. One list in three parts: groups, users, roles.</summary>
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
        var view = entities.Store.View;
        var holders = Holders(view, request.AccountId, arn, use)
            .Select(holder => Find(view, request.AccountId, holder))
            .OfType<Holder>()
            .Where(holder => (filter is null || holder.Kind == filter) && holder.Path.StartsWith(prefix, StringComparison.Ordinal));
        var cut = page.Of(holders, holder => holder.Place);
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

    /// <summary>Groups, users, roles, each in order of name: as the three lists of the answer come.</summary>
    private static IEnumerable<IdentityHolder> Holders(IStoreView view, string accountId, string arn, string? use)
    {
        const int All = Quotas.Users + Quotas.Groups + Quotas.Roles;
        var attached = use == "PermissionsBoundary" ? [] : view.ListHolders(accountId, IdentityUse.OfPolicy(arn), All);
        var bounded = use == "PermissionsPolicy" ? [] : view.ListHolders(accountId, IdentityUse.OfBoundary(arn), All);
        return attached.Union(bounded).OrderBy(holder => holder.Kind switch { "group" => 1, "user" => 2, _ => 3 }).ThenBy(holder => holder.Name, StringComparer.Ordinal);
    }

    private static Holder? Find(IStoreView view, string accountId, IdentityHolder holder) => holder.Kind switch
    {
        "group" => view.FindGroup(accountId, holder.Name) is { } group ? new Holder("Group", "1", group.Path, group.Name, group.Id) : null,
        "user" => view.FindUser(accountId, holder.Name) is { } user ? new Holder("User", "2", user.Path, user.Name, user.Id) : null,
        _ => view.FindRole(accountId, holder.Name) is { } role ? new Holder("Role", "3", role.Path, role.Name, role.Id) : null,
    };

    private sealed record Holder(string Kind, string Part, string Path, string Name, string Id)
    {
        public string Place => Part + Name.ToLowerInvariant();
    }
}
