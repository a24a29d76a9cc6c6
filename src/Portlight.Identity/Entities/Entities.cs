using Portlight.Api;
using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>
/// How an operation gets at the one user, group, role or policy that it is about: as <see cref="ResourceAccess{TRow}"/> has it, and when it changes it, as a part of
/// the write.
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
        Access(request, name, more).Require(store.View);

    /// <summary>Changes one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">Which.</param>
    /// <param name="change">What to change, of the entity as it is.</param>
    /// <param name="more">Adds to the question whether the caller may what conditions of this operation look at; gets null where there is no such entity.</param>
    /// <param name="becomes">What the entity becomes where the caller must be allowed the same on that, too.</param>
    public Task<TResult> ChangeAsync<TResult>(
        IamRequest request, string name, Func<IStoreView, Changes, T, TResult> change, Func<T?, AccessQuestion, AccessQuestion>? more = null, Func<T, T>? becomes = null)
    {
        var access = Access(request, name, more, becomes);
        return store.CommitAsync(request.Call, (view, changes) => change(view, changes, access.Require(view)));
    }

    /// <summary>Saves what has become of one. Only what is new is the whole result, which the audit log shows as the response.</summary>
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

    private ResourceAccess<T> Access(IamRequest request, string name, Func<T?, AccessQuestion, AccessQuestion>? more, Func<T, T>? becomes = null) =>
        new(request.Call, kind.AsResource, name, (bare, entity) =>
        {
            var question = more is null ? bare : more(entity, bare);
            return entity is null || becomes is null ? [question] : [question, question with { Resource = kind.ArnOf(becomes(entity)) }];
        });
}
