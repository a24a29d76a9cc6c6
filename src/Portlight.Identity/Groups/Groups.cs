using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

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
            if (view.CountGroups(request.AccountId) >= Quotas.Groups)
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
        var view = entities.Store.View;
        var members = page.Of(view.ListHolders(request.AccountId, IdentityUse.OfGroup(group.Name), Quotas.Users), member => member.Name);
        answer.List("Users", members.Entries.Select(member => view.FindUser(request.AccountId, member.Name)).OfType<User>(), answer.Listed);
        members.WriteEnd(answer);
        return Task.CompletedTask;
    }

    /// <summary>Another name, another path, or both; allowed on the group as it is and as it will be.</summary>
    public async Task UpdateAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var newName = request.Find("NewGroupName", IamRules.GroupName);
        var newPath = request.Find("NewPath", IamRules.Path);
        request.Done();
        var becomes = (Group group) => group with { Name = newName ?? group.Name, Path = newPath ?? group.Path };
        await entities.ChangeAsync(request, name, (view, changes, group) =>
        {
            var renamed = becomes(group);
            if (!string.Equals(renamed.Name, group.Name, StringComparison.OrdinalIgnoreCase))
            {
                RequireFree(view, request.AccountId, renamed.Name);
                changes.Remove(group);
            }

            changes.Save(renamed);
            if (renamed.Name != group.Name)
            {
                RenameIn(view, changes, group, renamed.Name);
            }

            return true;
        }, becomes: becomes);
    }

    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        request.Done();
        await entities.ChangeAsync(request, name, (view, changes, group) =>
        {
            if (view.IsHeld(request.AccountId, IdentityUse.OfGroup(group.Name)))
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

    /// <summary>A user's row names its groups, so a rename writes every member, and one write has no more than that many.</summary>
    /// <exception cref="IamException">LimitExceeded: there are more.</exception>
    private static void RenameIn(IStoreView view, Changes changes, Group group, string name)
    {
        var members = view.ListHolders(group.AccountId, IdentityUse.OfGroup(group.Name), Quotas.RenamedMembers + 1);
        if (members.Count > Quotas.RenamedMembers)
        {
            throw IamException.LimitExceeded($"Cannot rename a group with more than {Quotas.RenamedMembers} users; make another group and move them to it.");
        }

        foreach (var user in members.Select(member => view.FindUser(group.AccountId, member.Name)).OfType<User>())
        {
            changes.Save(user with { Groups = user.Groups.SetItem(Place(user, group.Name), name) });
        }
    }

    private static void RequireFree(IStoreView view, string accountId, string name)
    {
        if (view.FindGroup(accountId, name) is not null)
        {
            throw IamException.EntityAlreadyExists($"Group with name {name} already exists.");
        }
    }
}
