using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>CreateUser, GetUser and DeleteUser; renaming is <see cref="UserUpdate"/>.</summary>
internal sealed class Users(Entities<User> entities)
{
    public async Task CreateAsync(IamRequest request, XmlAnswer answer)
    {
        var name = request.Require("UserName", IamRules.UserName);
        var path = request.Find("Path", IamRules.Path) ?? "/";
        var boundary = Boundaries.Read(request);
        var tags = IamTags.Read(request);
        request.Done();
        IamTags.RequireOwnKeys(tags.Keys);
        var user = new User { AccountId = request.AccountId, Name = name, Path = path, Id = Identifiers.NewUser(), CreatedAt = request.Call.Now, Tags = tags, BoundaryArn = boundary };
        NewEntity.RequireAllowed(request, user.Arn, tags, "iam:TagUser", boundary);
        await entities.Store.CommitAsync(request.Call, (view, changes) =>
        {
            RequireFree(view, request.AccountId, name);
            if (view.CountUsers(request.AccountId) >= Quotas.Users)
            {
                throw IamException.LimitExceeded($"Cannot exceed quota for UsersPerAccount: {Quotas.Users}");
            }

            Boundaries.RequireAttachable(view, request.AccountId, boundary);
            changes.Save(user);
            return user;
        });
        answer.User(user);
    }

    /// <summary>Without a name the caller's own; the root of an account is shown as the user that it is not.</summary>
    public Task GetAsync(IamRequest request, XmlAnswer answer)
    {
        var given = request.Find("UserName", IamRules.ExistingUserName);
        request.Done();
        if (Caller.UserOf(request, given) is { } name)
        {
            answer.User(entities.Read(request, name));
        }
        else
        {
            Caller.RequireOnRoot(request);
            answer.Structure("User", () =>
            {
                answer.Text("UserId", request.AccountId);
                answer.Text("Arn", Caller.RootArn(request));
                answer.Time("CreateDate", entities.Store.View.FindAccount(request.AccountId)!.CreatedAt);
            });
        }

        return Task.CompletedTask;
    }

    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        request.Done();
        await entities.ChangeAsync(request, name, (view, changes, user) =>
        {
            NewEntity.RequireBare(user.InlinePolicies, user.AttachedPolicies);
            if (!user.Groups.IsEmpty)
            {
                throw IamException.DeleteConflict("Cannot delete entity, must remove users from group first.");
            }

            if (AccessKeys.Of(view, user.AccountId, user.Name).Any())
            {
                throw IamException.DeleteConflict("Cannot delete entity, must delete access keys first.");
            }

            changes.Remove(user);
            return true;
        });
    }

    public static void RequireFree(IStoreView view, string accountId, string name)
    {
        if (view.FindUser(accountId, name) is not null)
        {
            throw IamException.EntityAlreadyExists($"User with name {name} already exists.");
        }
    }
}
