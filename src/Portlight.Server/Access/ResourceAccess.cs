using Portlight.Server.Operations;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Server.Access;

/// <summary>
/// A resource that a request names, and whether the caller may do to it what the request says. It is asked on the request's thread, about the resource as it is;
/// inside the store's decision, on the one thread that writes, it is only looked at whether the resource is still what was asked about.
/// </summary>
/// <remarks>
/// A caller that may neither do it nor read resources of the kind gets the answer that it would get if there were none of that name: whether one exists is what
/// the answer must not tell.
/// </remarks>
internal sealed class ResourceAccess<TRow>
    where TRow : class
{
    private readonly Call call;
    private readonly ResourceKind<TRow> kind;
    private readonly string name;
    private readonly Func<AccessQuestion, TRow?, IReadOnlyList<AccessQuestion>> questions;
    private TRow? asked;
    private bool isAsked;
    private bool isAskedByTagsAlone;

    /// <param name="call">The request.</param>
    /// <param name="kind">What the name names.</param>
    /// <param name="name">The name in the request.</param>
    /// <param name="questions">
    /// From the bare question about a resource, and the resource (null when there is none), to what is asked: one question or more; null for the bare one.
    /// </param>
    public ResourceAccess(Call call, ResourceKind<TRow> kind, string name, Func<AccessQuestion, TRow?, IReadOnlyList<AccessQuestion>>? questions = null)
    {
        this.call = call;
        this.kind = kind;
        this.name = name;
        this.questions = questions ?? ((question, _) => [question]);
    }

    /// <summary>The resource, which the caller may do it to.</summary>
    /// <exception cref="AccessDeniedException">The caller may not.</exception>
    /// <exception cref="LightsailException">There is none of that name, or the caller is not to know of it.</exception>
    /// <exception cref="StaleAnswerException">Inside a decision: it has changed since it was asked about.</exception>
    public TRow Require(IStoreView view) => Find(view) ?? throw kind.Missing(name);

    /// <summary>The resource, or null when there is none and the caller may do it to one.</summary>
    public TRow? Find(IStoreView view)
    {
        var row = kind.Find(view, call.Scope, name);
        if (isAsked && IsAsAsked(row))
        {
            return row;
        }

        if (call.IsDeciding)
        {
            throw new StaleAnswerException(committed => Find(committed));
        }

        call.IsAuthorized = false;
        Ask(row);
        (asked, isAsked) = (row, true);
        call.IsAuthorized = true;
        return row;
    }

    private bool IsAsAsked(TRow? row) =>
        ReferenceEquals(row, asked) || (row is not null && asked is not null && (kind.IsSame(row, asked) || (isAskedByTagsAlone && HasSameTags(row, asked))));

    /// <summary>Others may change the ports of an instance as often as they like where nothing but its ARN and its tags was asked about.</summary>
    private bool HasSameTags(TRow one, TRow two) =>
        kind.Arn(one) == kind.Arn(two) && (kind.Tags(one), kind.Tags(two)) is var (left, right) && (ReferenceEquals(left, right) || (left is not null && right is not null && left.SequenceEqual(right)));

    private void Ask(TRow? row)
    {
        var asking = Questions(row);
        isAskedByTagsAlone = asking.All(question => question with { ResourceTags = null, RequestTags = null, TagKeys = null } == new AccessQuestion(question.Action, question.Resource));
        if (Authorization.RefusalOf(call, asking) is not { } refusal)
        {
            return;
        }

        if (row is null || Authorization.Allows(call, new AccessQuestion(kind.ReadAction, Authorization.LightsailResource(call))))
        {
            throw refusal;
        }

        throw Authorization.RefusalOf(call, Questions(null)) ?? kind.Missing(name);
    }

    private IReadOnlyList<AccessQuestion> Questions(TRow? row) => questions(
        row is null
            ? new AccessQuestion(call.Entry!.Action, kind.MissingArn(call))
            : new AccessQuestion(call.Entry!.Action, kind.Arn(row)) { ResourceTags = kind.Tags(row) },
        row);
}
