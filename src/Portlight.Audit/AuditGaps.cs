using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>
/// Tells in the audit log which calls have no event of their own, as soon as the log takes events: one <see cref="ServiceEvent.CallsUnrecorded"/> for each access
/// key. Its attempts are also how a server that nobody calls finds out that there is room again.
/// </summary>
internal sealed class AuditGaps(UnrecordedCalls unrecorded, IStore store, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>How long calls are counted before they are told, and how long after a failure it is tried again.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private bool _isStopped;

    public void Start() => _running = FollowAsync();

    /// <summary>Tells what is left to tell, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        await _stop.CancelAsync();
        await _running;
        await TryTellAsync();
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                await unrecorded.WaitAsync(_stop.Token);
                do
                {
                    await Task.Delay(Every, clock, _stop.Token);
                }
                while (!await TryTellAsync());
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task<bool> TryTellAsync()
    {
        var told = unrecorded.TakeAll();
        for (var i = 0; i < told.Count; i++)
        {
            try
            {
                await store.RecordAsync(told[i].ToEvent(clock.GetUtcNow()), untilDurable: true);
            }
            catch (Exception problem) when (problem is StoreException or ObjectDisposedException)
            {
                unrecorded.PutBack(told.Skip(i));
                return false;
            }
        }

        return true;
    }
}
