using System.Collections.Immutable;

namespace Portlight.Identity;

/// <summary>A kind of entity that policies hang on: users, groups and roles.</summary>
internal abstract class IdentityKind<T> : EntityKind<T>
    where T : class
{
    /// <summary>Most characters of all inline policies together.</summary>
    public abstract int InlineSize { get; }

    public abstract string NameOf(T entity);

    /// <summary>Inline policies by name.</summary>
    public abstract ImmutableSortedDictionary<string, string> InlineOf(T entity);

    public abstract T WithInline(T entity, ImmutableSortedDictionary<string, string> policies);

    /// <summary>ARNs of managed policies, in order of attaching.</summary>
    public abstract ImmutableArray<string> AttachedOf(T entity);

    public abstract T WithAttached(T entity, ImmutableArray<string> arns);

    /// <summary>ARN of the permissions boundary; null where there is none. Groups never have one.</summary>
    public virtual string? BoundaryOf(T entity) => null;

    public virtual T WithBoundary(T entity, string? arn) => throw new NotSupportedException($"a {Word} has no boundary");
}
