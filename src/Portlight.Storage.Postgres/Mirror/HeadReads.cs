namespace Portlight.Storage.Postgres;

/// <summary>
/// Lets reads be as new as the end of the log was when they were asked for: one look at it at a time, shared by all who had arrived before it began. Why:
/// docs/decisions/0098-reads-as-new-as-their-arrival.md.
/// </summary>
/// <param name="look">Looks at the end of the log, and returns once the mirror has everything up to there.</param>
internal sealed class HeadReads(Func<Task> look)
{
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private Task? _next;

    /// <summary>Returns once the mirror has everything that was committed before the call.</summary>
    public Task CatchUpAsync()
    {
        lock (_gate)
        {
            if (_next is not null)
            {
                return _next;
            }

            return _running.IsCompleted ? _running = LookAsync() : _next = LookAfterAsync(_running);
        }
    }

    /// <summary>Returns once no look is under way, however the last one ended. To be called when nobody asks any more.</summary>
    public async Task EndAsync()
    {
        while (Running() is { IsCompleted: false } running)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task Running()
    {
        lock (_gate)
        {
            return _next ?? _running;
        }
    }

    private async Task LookAsync()
    {
        // Not on the thread of the first who asks: the rest wait for this too.
        await Task.Yield();
        await look().ConfigureAwait(false);
    }

    private async Task LookAfterAsync(Task before)
    {
        // Always yield: `CatchUpAsync` assigns `_next` after this method returns. Without a yield this method could clear `_next` before that assignment. Then every later read
        // would get the finished look, and old data.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task begun;
        lock (_gate)
        {
            begun = _running = LookAsync();
            _next = null;
        }

        await begun.ConfigureAwait(false);
    }
}
