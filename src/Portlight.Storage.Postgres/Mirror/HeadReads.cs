namespace Portlight.Storage.Postgres;

/// <summary>
/// Lets reads be as new as the end of the log was when they were asked for: one look at it at a time, shared by all who had arrived before it began. Why:
/// docs/decisions/0098-reads-as-new-as-their-arrival.md.
/// </summary>
internal sealed class HeadReads(PostgresLog log, MirrorWriter mirror)
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

    private async Task LookAsync()
    {
        // Not on the thread of the first who asks: the rest wait for this too.
        await Task.Yield();
        var known = mirror.End;
        var end = await log.ReadEndAsync().ConfigureAwait(false);
        await mirror.ReachAsync(end, known).ConfigureAwait(false);
    }

    private async Task LookAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task look;
        lock (_gate)
        {
            look = _running = LookAsync();
            _next = null;
        }

        await look.ConfigureAwait(false);
    }
}
