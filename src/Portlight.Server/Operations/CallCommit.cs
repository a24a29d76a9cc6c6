using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Server.Operations;

/// <summary>How operations write: every change that a call makes goes through here, and its event into the audit log with it.</summary>
internal static class CallCommit
{
    /// <summary>How often a decision is begun. Each time that it is begun anew another change of the same thing has been committed.</summary>
    private const int MostAttempts = 16;

    /// <summary>
    /// Runs a decision and commits it, for a call that was found to be allowed by the time the decision has returned. Decisions of all accounts run on one thread,
    /// so nothing in them may take long: they read few rows, and they ask no policy. Where what was asked about has changed meanwhile, the caller's policies are
    /// asked again and the decision is begun anew, so it must leave nothing behind before it has looked at that.
    /// </summary>
    /// <exception cref="ThrottlingException">The thing changes faster than the question about it can be answered.</exception>
    public static async Task<T> CommitAsync<T>(this IStore store, Call call, Func<IStoreView, Changes, T> decide)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (result, eventId) = await store.CommitAsync((view, changes) => Decide(call, view, changes, decide));
                call.Audit.RecordedEventId ??= eventId;
                return result;
            }
            catch (StaleAnswerException) when (attempt == MostAttempts)
            {
                throw new ThrottlingException("what the request is about is being changed by too many others at once; try again");
            }
            catch (StaleAnswerException stale)
            {
                call.BeginToAsk();
                stale.AskAgain(store.View);
            }
        }
    }

    private static (T Result, string? EventId) Decide<T>(Call call, IStoreView view, Changes changes, Func<IStoreView, Changes, T> decide)
    {
        call.IsDeciding = true;
        try
        {
            var result = decide(view, changes);
            if (!call.IsAuthorized)
            {
                throw new InvalidOperationException($"{call.Operation} would have written without asking whether the caller may");
            }

            return (result, call.Audit.Log?.RecordWith(call, view, changes, result));
        }
        finally
        {
            call.IsDeciding = false;
        }
    }
}
