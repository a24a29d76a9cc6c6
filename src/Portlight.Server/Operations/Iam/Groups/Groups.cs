using Portlight.Domain;
using Portlight.Server.Access;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Server.Operations.Iam;

/// <summary>Groups of users.</summary>
internal sealed class Groups(Entities<Group> entities)
{
    public async Task CreateAsync(IamRequest request, XmlAnswer answer)
    {
        var name = request.Require("GroupName", IamRules.GroupName);
        var path = request.Find("Path", IamRules.Path) ?? "/";
        request.Done();
        var group = new Group { AccountId = request.AccountId, Name = name, Path = path, Id = Identifiers.NewGroup(), CreatedAt = request.Call.Now };
        NewEntity.RequireAllowed(request, group.Arn);
        await entities.Store.CommitAsync(request.Call, (view, changes) =>
        {
            RequireFree(view, request.AccountId, name);
            if (view.ListGroups(request.AccountId).Count >= Quotas.Groups)
            {
                throw IamException.LimitExceeded($"Cannot exceed quota for GroupsPerAccount: {Quotas.Groups}");
            }

            changes.Save(group);
            return group;
        });
        answer.Structure("Group", () => answer.Group(group));
    }

    /// <summary>The group and, page by page, who is in it.</summary>
    public Task GetAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var page = IamPage.Read(request);
        request.Done();
        var group = entities.Read(request, name);
        answer.Structure("Group", () => answer.Group(group));
        page.Of(Members(entities.Store.View, group), user => user.Name.ToLowerInvariant()).Write(answer, "Users", answer.Listed);
        return Task.CompletedTask;
    }

    /// <summary>Another name, another path, or both; allowed on the group as it is and as it will be.</summary>
    public async Task UpdateAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var newName = request.Find("NewGroupName", IamRules.GroupName);
        var newPath = request.Find("NewPath", IamRules.Path);
        request.Done();
        await entities.ChangeAsync(request, name, (view, changes, group) =>
        {
            var renamed = group with { Name = newName ?? group.Name, Path = newPath ?? group.Path };
            Authorization.Require(request.Call, new AccessQuestion(request.Action, renamed.Arn));
            if (!string.Equals(renamed.Name, group.Name, StringComparison.OrdinalIgnoreCase))
            {
                RequireFree(view, request.AccountId, renamed.Name);
                changes.Remove(group);
            }

            changes.Save(renamed);
            foreach (var user in Members(view, group).Where(_ => renamed.Name != group.Name))
            {
                changes.Save(user with { Groups = user.Groups.SetItem(Place(user, group.Name), renamed.Name) });
            }

            return true;
        });
    }

    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        request.Done();
        await entities.ChangeAsync(request, name, (view, changes, group) =>
        {
            if (Members(view, group).Any())
            {
                throw IamException.DeleteConflict("Cannot delete entity, must remove users from group first.");
            }

            NewEntity.RequireBare(group.InlinePolicies, group.AttachedPolicies);
            changes.Remove(group);
            return true;
        });
    }

    /// <summary>Where in a user's groups the name stands; -1 where it does not.</summary>
    public static int Place(User user, string groupName)
    {
        for (var i = 0; i < user.Groups.Length; i++)
        {
            if (string.Equals(user.Groups[i], groupName, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private static IEnumerable<User> Members(IStoreView view, Group group) => view.ListUsers(group.AccountId).Where(user => Place(user, group.Name) >= 0);

    private static void RequireFree(IStoreView view, string accountId, string name)
    {
        if (view.FindGroup(accountId, name) is not null)
        {
            throw IamException.EntityAlreadyExists($"Group with name {name} already exists.");
        }
    }
}
