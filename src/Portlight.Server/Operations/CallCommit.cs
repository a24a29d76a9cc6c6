using Portlight.Storage;

namespace Portlight.Server.Operations;

/// <summary>How operations write: every change that a call makes goes through here.</summary>
internal static class CallCommit
{
    /// <summary>Runs a decision and commits it, for a call that was found to be allowed by the time the decision has returned.</summary>
    public static Task<T> CommitAsync<T>(this IStore store, Call call, Func<IStoreView, Changes, T> decide) => store.CommitAsync((view, changes) =>
    {
        var result = decide(view, changes);
        if (!call.IsAuthorized)
        {
            throw new InvalidOperationException($"{call.Operation} would have written without asking whether the caller may");
        }

        return result;
    });
}
