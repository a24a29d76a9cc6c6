using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// Access keys of users and, without <c>UserName</c>, of the caller itself: a user's own, or the root's. The last active key of a root stays, because without it
/// nobody could undo what policies have closed.
/// </summary>
internal sealed class AccessKeys(Entities<User> entities, SecretBox secrets)
{
    private const string Active = "Active";
    private const string Inactive = "Inactive";

    /// <summary>A user's keys, or the root's for null, oldest first.</summary>
    public static IEnumerable<AccessKey> Of(IStoreView view, string accountId, string? userName) => view.ListAccessKeysOf(accountId, userName)
        .OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal);

    /// <summary>The secret is in this answer and in no other.</summary>
    public async Task CreateAsync(IamRequest request, XmlAnswer answer)
    {
        var given = request.Find("UserName", IamRules.ExistingUserName);
        request.Done();
        var secret = "";
        var made = await ChangeAsync(request, given, (view, changes, owner) =>
        {
            if (Of(view, request.AccountId, owner?.Name).Count() >= Quotas.AccessKeys)
            {
                throw IamException.LimitExceeded($"Cannot exceed quota for AccessKeysPer{(owner is null ? "Account" : "User")}: {Quotas.AccessKeys}");
            }

            // Beside the result, which the audit log gets to see.
            (var key, secret) = Accounts.NewKey(request.AccountId, owner, secrets, request.Call.Now);
            changes.Save(key);
            return key;
        });
        answer.Structure("AccessKey", () =>
        {
            answer.Text("UserName", made.UserName);
            answer.Text("AccessKeyId", made.Id);
            answer.Text("Status", StatusOf(made));
            answer.Text("SecretAccessKey", secret);
            answer.Time("CreateDate", made.CreatedAt);
        });
    }

    public async Task UpdateAsync(IamRequest request, XmlAnswer answer)
    {
        var given = request.Find("UserName", IamRules.ExistingUserName);
        var id = request.Require("AccessKeyId", IamRules.AccessKeyId);
        var isActive = request.RequireOneOf("Status", Active, Inactive) == Active;
        request.Done();
        await ChangeAsync(request, given, (view, changes, owner) =>
        {
            var key = Require(view, request.AccountId, owner?.Name, id);
            if (!isActive && IsLastOfRoot(view, key))
            {
                throw IamException.UnmodifiableEntity($"Cannot deactivate {id}, it is the last active access key of the account's root user.");
            }

            changes.Save(key with { IsActive = isActive });
            return true;
        });
    }

    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var given = request.Find("UserName", IamRules.ExistingUserName);
        var id = request.Require("AccessKeyId", IamRules.AccessKeyId);
        request.Done();
        await ChangeAsync(request, given, (view, changes, owner) =>
        {
            var key = Require(view, request.AccountId, owner?.Name, id);
            if (IsLastOfRoot(view, key))
            {
                throw IamException.DeleteConflict($"Cannot delete {id}, it is the last active access key of the account's root user.");
            }

            changes.Remove(key);
            return true;
        });
    }

    public Task ListAsync(IamRequest request, XmlAnswer answer)
    {
        var given = request.Find("UserName", IamRules.ExistingUserName);
        var page = IamPage.Read(request);
        request.Done();
        var owner = RequireOwner(request, Caller.UserOf(request, given));
        page.Of(Of(entities.Store.View, request.AccountId, owner).OrderBy(key => key.Id, StringComparer.Ordinal), key => key.Id).Write(answer, "AccessKeyMetadata", key =>
        {
            answer.Text("UserName", key.UserName);
            answer.Text("AccessKeyId", key.Id);
            answer.Text("Status", StatusOf(key));
            answer.Time("CreateDate", key.CreatedAt);
        });
        return Task.CompletedTask;
    }

    /// <summary>
    /// Asked on whom the key belongs to. A caller without the permission is answered as for a key that is none of the account's, which is asked on all users: the request names no
    /// user, and the refusal must not either.
    /// </summary>
    public Task LastUsedAsync(IamRequest request, XmlAnswer answer)
    {
        var id = request.Require("AccessKeyId", IamRules.AccessKeyId);
        request.Done();
        var view = entities.Store.View;
        var any = new AccessQuestion(request.Action, entities.Kind.ArnOfMissing(request.AccountId, "*"));
        if (view.FindAccessKey(id) is not { } key || key.AccountId != request.AccountId || QuestionAbout(view, request, key) is not { } about || !Authorization.Allows(request.Call, about))
        {
            Authorization.Require(request.Call, any);
            throw NoSuchKey(id);
        }

        Authorization.Require(request.Call, about);
        request.Call.Resource = about.Resource;
        var use = view.FindAccessKeyUse(id);
        answer.Text("UserName", key.UserName);
        answer.Structure("AccessKeyLastUsed", () =>
        {
            answer.Time("LastUsedDate", use?.At);
            answer.Text("ServiceName", use?.Service ?? "N/A");
            answer.Text("Region", use?.Region ?? "N/A");
        });
        return Task.CompletedTask;
    }

    private static AccessQuestion? QuestionAbout(IStoreView view, IamRequest request, AccessKey key) => key.UserName is null
        ? new AccessQuestion(request.Action, Caller.RootArn(request))
        : view.FindUser(key.AccountId, key.UserName) is { } user
            ? new AccessQuestion(request.Action, user.Arn) { ResourceTags = user.Tags.ForConditions() }
            : null;

    /// <param name="request">The request.</param>
    /// <param name="given">The user that it names; null for the caller itself.</param>
    /// <param name="decide">Gets the user; null for the root.</param>
    private Task<TResult> ChangeAsync<TResult>(IamRequest request, string? given, Func<IStoreView, Changes, User?, TResult> decide)
    {
        if (Caller.UserOf(request, given) is { } name)
        {
            return entities.ChangeAsync(request, name, (view, changes, user) => decide(view, changes, user));
        }

        Caller.RequireOnRoot(request);
        return entities.Store.CommitAsync(request.Call, (view, changes) => decide(view, changes, null));
    }

    /// <summary>The name as it is written of a user whose keys the caller may see; null for the root.</summary>
    private string? RequireOwner(IamRequest request, string? name)
    {
        if (name is not null)
        {
            return entities.Read(request, name).Name;
        }

        Caller.RequireOnRoot(request);
        return null;
    }

    private static AccessKey Require(IStoreView view, string accountId, string? owner, string id) =>
        Of(view, accountId, owner).FirstOrDefault(key => key.Id == id) ?? throw NoSuchKey(id);

    private static bool IsLastOfRoot(IStoreView view, AccessKey key) =>
        key is { UserName: null, IsActive: true } && Of(view, key.AccountId, userName: null).Count(other => other.IsActive) == 1;

    private static string StatusOf(AccessKey key) => key.IsActive ? Active : Inactive;

    private static IamException NoSuchKey(string id) => IamException.NoSuchEntity($"The Access Key with id {id} cannot be found.");
}
