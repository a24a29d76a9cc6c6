using Portlight.Domain;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// UpdateUser: another name, another path, or both; id, keys, groups and policies stay. The caller must be allowed it on the user as it is and as it will be
/// (IAM user guide, renaming a user), or a path that policies speak of could be entered by renaming.
/// </summary>
internal sealed class UserUpdate(Entities<User> entities)
{
    public async Task UpdateAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var newName = request.Find("NewUserName", IamRules.UserName);
        var newPath = request.Find("NewPath", IamRules.Path);
        request.Done();
        var becomes = (User user) => user with { Name = newName ?? user.Name, Path = newPath ?? user.Path };
        await entities.ChangeAsync(request, name, (view, changes, user) =>
        {
            var renamed = becomes(user);
            if (!string.Equals(renamed.Name, user.Name, StringComparison.OrdinalIgnoreCase))
            {
                Users.RequireFree(view, request.AccountId, renamed.Name);
                changes.Remove(user);
            }

            changes.Save(renamed);
            foreach (var key in AccessKeys.Of(view, request.AccountId, user.Name).ToList())
            {
                changes.Save(key with { UserName = renamed.Name });
            }

            return true;
        }, becomes: becomes);
    }
}
