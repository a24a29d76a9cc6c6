using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>The members of groups. Adding and removing is asked on the group, listing on the user.</summary>
internal sealed class Membership(Entities<User> users, Entities<Group> groups)
{
    /// <summary>Adding who is in already changes nothing.</summary>
    public async Task AddAsync(IamRequest request, XmlAnswer answer)
    {
        var (groupName, userName) = Read(request);
        await groups.ChangeAsync(request, groupName, (view, changes, group) =>
        {
            var user = view.FindUser(request.AccountId, userName) ?? throw UserKind.Instance.NoSuchEntity(userName);
            if (Groups.Place(user, group.Name) < 0)
            {
                if (user.Groups.Length >= Quotas.GroupsPerUser)
                {
                    throw IamException.LimitExceeded($"Cannot exceed quota for GroupsPerUser: {Quotas.GroupsPerUser}");
                }

                changes.Save(user with { Groups = user.Groups.Add(group.Name) });
            }

            return true;
        });
    }

    /// <summary>Removing who is not in changes nothing.</summary>
    public async Task RemoveAsync(IamRequest request, XmlAnswer answer)
    {
        var (groupName, userName) = Read(request);
        await groups.ChangeAsync(request, groupName, (view, changes, group) =>
        {
            var user = view.FindUser(request.AccountId, userName) ?? throw UserKind.Instance.NoSuchEntity(userName);
            if (Groups.Place(user, group.Name) is >= 0 and var place)
            {
                changes.Save(user with { Groups = user.Groups.RemoveAt(place) });
            }

            return true;
        });
    }

    public Task ListForUserAsync(IamRequest request, XmlAnswer answer)
    {
        var name = users.Name(request);
        var page = IamPage.Read(request);
        request.Done();
        var user = users.Read(request, name);
        var found = user.Groups.Select(group => groups.Store.View.FindGroup(request.AccountId, group)).OfType<Group>().OrderBy(group => group.Name.ToLowerInvariant(), StringComparer.Ordinal);
        page.Of(found, group => group.Name.ToLowerInvariant()).Write(answer, "Groups", answer.Group);
        return Task.CompletedTask;
    }

    private (string Group, string User) Read(IamRequest request)
    {
        var names = (groups.Name(request), users.Name(request));
        request.Done();
        return names;
    }
}
