using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>
/// A write that is durable. While it was prepared its revisions were not known: what <see cref="Changes.Save(Instance)"/> returned has a negative number in their
/// place, and <c>Final</c> puts the real one there.
/// </summary>
/// <param name="Result">What its preparation returned.</param>
public sealed record Committed<T>(T Result)
{
    internal Revisions Revisions { get; init; }

    public long Final(long revision) => Revisions.Final(revision);

    public Instance Final(Instance instance) => Revisions.Final(instance);

    public Operation Final(Operation operation) => Revisions.Final(operation);
}

/// <summary>The revisions of one write, in order of its changes.</summary>
/// <param name="First">The first; 0 while it is not given out.</param>
internal readonly record struct Revisions(long First)
{
    /// <summary>The first as it was given out before, to a plan whose place was taken from it; 0 where there was none.</summary>
    public long Before { get; init; }

    /// <summary>What stands for a revision until it is given out: -1 for that of the first change, -2 for the second.</summary>
    public static long Provisional(int change) => -1 - change;

    public long Final(long revision) =>
        revision < 0 ? First - revision - 1
        : Before > 0 && revision >= Before ? revision - Before + First
        : revision;

    public Instance Final(Instance instance) => instance switch
    {
        _ when Final(instance.Revision) == instance.Revision => instance,
        { Unconfirmed: { } unconfirmed } when Final(unconfirmed.Revision) != unconfirmed.Revision =>
            instance with { Revision = Final(instance.Revision), Unconfirmed = unconfirmed with { Revision = Final(unconfirmed.Revision) } },
        _ => instance with { Revision = Final(instance.Revision) },
    };

    public Operation Final(Operation operation) => operation.AwaitsRevision is { } awaited && Final(awaited) != awaited ? operation with { AwaitsRevision = Final(awaited) } : operation;
}
