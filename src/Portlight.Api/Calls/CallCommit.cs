using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Api;

/// <summary>How operations write: every change that a call makes goes through here, and its event into the audit log with it.</summary>
internal static class CallCommit
{
    /// <summary>Writes, and returns what the preparation has returned.</summary>
    public static async Task<T> CommitAsync<T>(this IStore store, Call call, Func<IStoreView, Changes, T> prepare) => (await store.WriteAsync(call, prepare)).Result;

    /// <summary>Writes, and returns the operation with the revision that it awaits.</summary>
    public static async Task<Operation> CommitAsync(this IStore store, Call call, Func<IStoreView, Changes, Operation> prepare)
    {
        var committed = await store.WriteAsync(call, prepare);
        return committed.Final(committed.Result);
    }

    /// <summary>
    /// Prepares a write and commits it, for a call that is found to be allowed by the time the preparation has returned. Everything that costs is done here, on the
    /// request's own thread: what is read, what the caller's policies are asked, the rows, the event. Where another has changed what it rests on meanwhile, all of it is
    /// done again, so the preparation must have no effect but its result.
    /// </summary>
    /// <exception cref="ConflictException">The thing is being changed by too many others at once.</exception>
    public static Task<Committed<T>> WriteAsync<T>(this IStore store, Call call, Func<IStoreView, Changes, T> prepare)
    {
        call.BeginToWrite();
        return store.CommitAsync(
            (view, changes) =>
            {
                call.BeginToAsk();
                var result = prepare(view, changes);
                if (!call.IsAuthorized)
                {
                    throw new InvalidOperationException($"{call.Operation} would have written without asking whether the caller may");
                }

                call.Audit.RecordWith?.Invoke(call, view, changes, result);
                return result;
            },
            call.Principal.AccountId);
    }
}
