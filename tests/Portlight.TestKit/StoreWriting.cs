using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.TestKit;

/// <summary>Writes of tests: the result with the revisions that were given out.</summary>
public static class StoreWriting
{
    /// <summary>Writes; of the result, instances, operations and revisions are as they are durable, also in a pair.</summary>
    public static async Task<T> SaveAsync<T>(this IStore store, Func<IStoreView, Changes, T> prepare, CancellationToken cancellationToken = default)
    {
        var committed = await store.CommitAsync(prepare, cancellationToken: cancellationToken);
        return (T)Final(committed, committed.Result)!;
    }

    private static object? Final<T>(Committed<T> committed, object? result) => result switch
    {
        Instance instance => committed.Final(instance),
        Operation operation => committed.Final(operation),
        long revision => committed.Final(revision),
        ValueTuple<Instance, Instance> pair => (committed.Final(pair.Item1), committed.Final(pair.Item2)),
        _ => result,
    };
}
