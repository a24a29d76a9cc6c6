using Portlight.Server.Access;
using Portlight.Storage;

namespace Portlight.Server.Operations.Iam;

/// <summary>
/// How an operation gets at the one user, group, role or policy that it is about: it looks the entity up, then asks whether the caller may, and only then says that
/// it is not there. A caller without the permission learns nothing. A change asks again, outside its decision, when the entity is another one by the time that the decision runs.
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
    public T Read(IamRequest request, string name, Func<T?, AccessQuestion, AccessQuestion>? more = null) =>
        Ask(request, name, kind.Find(store.View, request.AccountId, name), more) ?? throw kind.NoSuchEntity(name);

    /// <summary>Decides on one inside the store.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">Which.</param>
    /// <param name="decide">What to change, of the entity as it is then.</param>
    /// <param name="more">Adds to the question whether the caller may what conditions of this operation look at; gets null where there is no such entity.</param>
    /// <param name="becomes">What the entity becomes where the caller must be allowed the same on that, too.</param>
    public Task<TResult> ChangeAsync<TResult>(
        IamRequest request, string name, Func<IStoreView, Changes, T, TResult> decide, Func<T?, AccessQuestion, AccessQuestion>? more = null, Func<T, T>? becomes = null)
    {
        var asked = AskOf(store.View) ?? throw kind.NoSuchEntity(name);
        return store.CommitAsync(request.Call, (view, changes) =>
        {
            var now = kind.Find(view, request.AccountId, name);
            if (now is null ? asked is not null : asked is null || !kind.IsSame(now, asked))
            {
                throw new StaleAnswerException(committed => asked = AskOf(committed));
            }

            return decide(view, changes, now ?? throw kind.NoSuchEntity(name));
        });

        T? AskOf(IStoreView view)
        {
            var found = Ask(request, name, kind.Find(view, request.AccountId, name), more);
            if (found is not null && becomes is not null)
            {
                Ask(request, name, becomes(found), more);
                request.Call.Resource = kind.ArnOf(found);
            }

            return found;
        }
    }

    /// <summary>Saves what has become of one. Only what is new is a decision's whole result, which the audit log shows as the response.</summary>
    public async Task<T> SaveAsync(IamRequest request, string name, Func<IStoreView, T, T> change, Func<T?, AccessQuestion, AccessQuestion>? more = null)
    {
        var (saved, _) = await ChangeAsync(request, name, (view, changes, entity) =>
        {
            var changed = change(view, entity);
            if (!ReferenceEquals(changed, entity))
            {
                kind.Save(changes, changed);
            }

            return (changed, IsChange: true);
        }, more);
        return saved;
    }

    private T? Ask(IamRequest request, string name, T? entity, Func<T?, AccessQuestion, AccessQuestion>? more)
    {
        var question = new AccessQuestion(request.Action, entity is null ? kind.ArnOfMissing(request.AccountId, name) : kind.ArnOf(entity))
        {
            ShownAs = $"{kind.Word.ToLowerInvariant()} {name}",
            ResourceTags = entity is null ? null : kind.TagsOf(entity).ForConditions(),
        };
        request.Call.Resource = question.Resource;
        Authorization.Require(request.Call, more is null ? question : more(entity, question));
        return entity;
    }
}
