using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>
/// What a request names: it is looked up, then asked whether the caller may do to it what the request says, and only then said not to be there. Where the request
/// writes, all of that is a part of the write's preparation, so what is written rests on what was asked about.
/// </summary>
/// <remarks>
/// A caller that may neither do it nor read resources of the kind gets the answer that it would get if there were none of that name: whether one exists is what
/// the answer must not tell.
/// </remarks>
/// <param name="call">The request.</param>
/// <param name="kind">What the name names.</param>
/// <param name="name">The name in the request.</param>
/// <param name="questions">
/// From the bare question about a resource, and the resource (null when there is none), to what is asked: one question or more; null for the bare one.
/// </param>
internal sealed class ResourceAccess<TRow>(Call call, ResourceKind<TRow> kind, string name, Func<AccessQuestion, TRow?, IReadOnlyList<AccessQuestion>>? questions = null)
    where TRow : class
{
    /// <summary>The resource, which the caller may do it to.</summary>
    /// <exception cref="AccessDeniedException">The caller may not.</exception>
    /// <exception cref="LightsailException">There is none of that name, or the caller is not to know of it.</exception>
    public TRow Require(IStoreView view) => Find(view) ?? throw kind.Missing(name);

    /// <summary>The resource, or null when there is none and the caller may do it to one.</summary>
    public TRow? Find(IStoreView view)
    {
        var row = kind.Find(view, call.Scope, name);
        call.IsAuthorized = false;
        if (Authorization.RefusalOf(call, Questions(row)) is { } refusal)
        {
            throw Told(row, refusal);
        }

        call.IsAuthorized = true;
        return row;
    }

    /// <summary>What a caller that may not is told.</summary>
    private LightsailException Told(TRow? row, AccessDeniedException refusal) =>
        row is null || kind.ReadAction is null || Authorization.Allows(call, new AccessQuestion(kind.ReadAction, Authorization.LightsailResource(call)))
            ? refusal
            : Authorization.RefusalOf(call, Questions(null)) ?? kind.Missing(name);

    private IReadOnlyList<AccessQuestion> Questions(TRow? row)
    {
        var bare = new AccessQuestion(call.Entry!.Action, row is null ? kind.MissingArn(call, name) : kind.Arn(row))
        {
            ResourceTags = row is null ? null : kind.Tags(row),
            ShownAs = kind.ShownAs?.Invoke(name),
        };
        if (bare.ShownAs is not null)
        {
            call.Resource = bare.Resource;
        }

        return questions is null ? [bare] : questions(bare, row);
    }
}
