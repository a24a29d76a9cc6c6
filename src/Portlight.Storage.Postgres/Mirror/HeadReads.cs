namespace Portlight.Storage.Postgres;

/// <summary>
/// Lets reads be as new as the end of the log was when they were asked for: one look at it at a time, shared by all who had arrived before it began. Why:
/// docs/decisions/0098-reads-as-new-as-their-arrival.md.
/// </summary>
/// <param name="look">Looks at the end of the log, and returns once the mirror has everything up to there.</param>
internal sealed class HeadReads(Func<Task> look)
{
    private readonly Lock _gate = new();
    private Task _looking = Task.CompletedTask;
    private TaskCompletionSource? _running;
    private TaskCompletionSource? _next;

    /// <summary>Returns once the mirror has everything that was committed before the call.</summary>
    public Task CatchUpAsync()
    {
        lock (_gate)
        {
            if (_running is not null)
            {
                return (_next ??= Wait()).Task;
            }

            _running = Wait();
            _looking = LookAsync(_running);
            return _running.Task;
        }
    }

    /// <summary>Returns once no look is under way, however the last one ended. To be called when nobody asks any more.</summary>
    public Task EndAsync()
    {
        lock (_gate)
        {
            return _looking;
        }
    }

    // Those who wait go on beside each other, not one after the other on the thread that has had the answer.
    private static TaskCompletionSource Wait() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One look after the other, as long as somebody has asked while the last one was under way.</summary>
    private async Task LookAsync(TaskCompletionSource first)
    {
        // Not on the thread of the first who asks: the rest wait for this too.
        await Task.Yield();
        for (var asked = first; asked is not null; asked = Next())
        {
            try
            {
                await look().ConfigureAwait(false);
                asked.SetResult();
            }
            catch (Exception failure)
            {
                asked.SetException(failure);
            }
        }
    }

    private TaskCompletionSource? Next()
    {
        lock (_gate)
        {
            (_running, _next) = (_next, null);
            return _running;
        }
    }
}
