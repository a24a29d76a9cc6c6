using Portlight.Server.Access;
using Portlight.Storage;

namespace Portlight.Server.Operations.Iam;

/// <summary>
/// How an operation gets at the one user, group, role or policy that it is about: found, then asked whether the caller may, then told when it is not there, so
/// that who may not learns nothing. A change asks again when the entity is another one by the time that the decision runs.
/// </summary>
internal sealed class Entities<T>(IStore store, EntityKind<T> kind)
    where T : class
{
    public EntityKind<T> Kind => kind;

    public IStore Store => store;

    /// <summary>The name that the request gives.</summary>
    public string Name(IamRequest request) => request.Require(kind.Parameter, kind.Rule);

    /// <summary>Reads one.</summary>
    /// <exception cref="Wire.LightsailException">The caller may not, or it is not there.</exception>
    public T Read(IamRequest request, string name, Func<T?, AccessQuestion, AccessQuestion>? more = null)
    {
        var found = kind.Find(store.View, request.AccountId, name);
        Ask(request, name, found, more);
        return found ?? throw kind.NoSuchEntity(name);
    }

    /// <summary>Decides on one inside the store.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">Which.</param>
    /// <param name="decide">What to change, of the entity as it is then.</param>
    /// <param name="more">Adds to the question whether the caller may what conditions of this operation look at; gets null where there is no such entity.</param>
    public Task<TResult> ChangeAsync<TResult>(
        IamRequest request, string name, Func<IStoreView, Changes, T, TResult> decide, Func<T?, AccessQuestion, AccessQuestion>? more = null)
    {
        var before = Read(request, name, more);
        return store.CommitAsync(request.Call, (view, changes) =>
        {
            var now = kind.Find(view, request.AccountId, name);
            if (!ReferenceEquals(now, before))
            {
                Ask(request, name, now, more);
            }

            return decide(view, changes, now ?? throw kind.NoSuchEntity(name));
        });
    }

    /// <summary>Saves what has become of one. Only what is new is a decision's whole result, which the audit log shows as the response.</summary>
    public async Task<T> SaveAsync(IamRequest request, string name, Func<IStoreView, T, T> change, Func<T?, AccessQuestion, AccessQuestion>? more = null)
    {
        var (saved, _) = await ChangeAsync(request, name, (view, changes, entity) =>
        {
            var changed = change(view, entity);
            kind.Save(changes, changed);
            return (changed, IsChange: true);
        }, more);
        return saved;
    }

    private void Ask(IamRequest request, string name, T? entity, Func<T?, AccessQuestion, AccessQuestion>? more)
    {
        var question = new AccessQuestion(request.Action, entity is null ? kind.ArnOfMissing(request.AccountId, name) : kind.ArnOf(entity))
        {
            ShownAs = $"{kind.Word.ToLowerInvariant()} {name}",
            ResourceTags = entity is null ? null : kind.TagsOf(entity).ForConditions(),
        };
        request.Call.Resource = question.Resource;
        Authorization.Require(request.Call, more is null ? question : more(entity, question));
    }
}
