using Portlight.Storage;

namespace Portlight.Server.Operations;

/// <summary>How operations write: every change that a call makes goes through here, and its event into the audit log with it.</summary>
internal static class CallCommit
{
    /// <summary>Runs a decision and commits it, for a call that was found to be allowed by the time the decision has returned.</summary>
    public static async Task<T> CommitAsync<T>(this IStore store, Call call, Func<IStoreView, Changes, T> decide)
    {
        var (result, eventId) = await store.CommitAsync((view, changes) =>
        {
            var result = decide(view, changes);
            if (!call.IsAuthorized)
            {
                throw new InvalidOperationException($"{call.Operation} would have written without asking whether the caller may");
            }

            return (result, call.Audit.Log?.RecordWith(call, view, changes, result));
        });
        call.Audit.RecordedEventId ??= eventId;
        return result;
    }
}
