using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>What operations have to know of users, groups, roles or managed policies to treat them alike.</summary>
/// <remarks>
/// Beside <see cref="ResourceKind{TRow}"/> and not in its place: that one says how a permission is asked on a thing, of any service, and <see cref="AsResource"/> is an
/// entity's; this one says how IAM's operations find, show and change an entity.
/// </remarks>
internal abstract class EntityKind<T>
    where T : class
{
    /// <summary>As operations and parameters say it: <c>User</c>.</summary>
    public abstract string Word { get; }

    /// <summary>The parameter that names one: <c>UserName</c>, <c>PolicyArn</c>.</summary>
    public virtual string Parameter => Word + "Name";

    /// <summary>What a name looks like.</summary>
    public abstract TextRule Rule { get; }

    /// <summary>One of those that are there; null when it is not.</summary>
    public abstract T? Find(IStoreView view, string accountId, string name);

    public abstract string ArnOf(T entity);

    /// <summary>What a caller must be allowed to do something to before it is told that nothing has this name.</summary>
    public virtual string ArnOfMissing(string accountId, string name) => $"arn:aws:iam::{accountId}:{Word.ToLowerInvariant()}/{name}";

    public virtual ImmutableSortedDictionary<string, string> TagsOf(T entity) => IdentityDefaults.Tags;

    public virtual T WithTags(T entity, ImmutableSortedDictionary<string, string> tags) => throw new NotSupportedException($"a {Word} has no tags");

    /// <summary>As permissions are asked on it.</summary>
    public ResourceKind<T> AsResource => field ??= new ResourceKind<T>
    {
        Find = (view, scope, name) => Find(view, scope.AccountId, name),
        Arn = ArnOf,
        Tags = entity => TagsOf(entity).ForConditions(),
        MissingArn = (call, name) => ArnOfMissing(call.Principal.AccountId, name),
        Missing = NoSuchEntity,
        ShownAs = name => $"{Word.ToLowerInvariant()} {name}",
    };

    public abstract void Save(Changes changes, T entity);

    public virtual IamException NoSuchEntity(string name) => IamException.NoSuchEntity($"The {Word.ToLowerInvariant()} with name {name} cannot be found.");
}
