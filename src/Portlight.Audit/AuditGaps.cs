using Microsoft.Extensions.Logging;
using Portlight.Background;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>
/// Tells in the audit log which calls have no event of their own, as soon as the log takes events: one <see cref="ServiceEvent.CallsUnrecorded"/> for each access
/// key. Its attempts are also how a server that nobody calls finds out that there is room again.
/// </summary>
internal sealed class AuditGaps : IAsyncDisposable
{
    /// <summary>How long calls are counted before they are told, and how long after a failure it is tried again.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly UnrecordedCalls _unrecorded;
    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private readonly BackgroundLoop _loop;
    private bool _isStopped;
    private bool _isTold = true;

    public AuditGaps(UnrecordedCalls unrecorded, IStore store, TimeProvider clock, ILogger<AuditGaps> log)
    {
        (_unrecorded, _store, _clock) = (unrecorded, store, clock);
        _loop = new BackgroundLoop("telling of calls without an event", FollowAsync, clock, log);
    }

    public void Start() => _loop.Start();

    /// <summary>Tells what is left to tell, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        await _loop.DisposeAsync();
        await TryTellAsync();
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        if (_isTold)
        {
            await _unrecorded.WaitAsync(stopping);
            _isTold = false;
        }

        await Task.Delay(Every, _clock, stopping);
        _isTold = await TryTellAsync();
    }

    private async Task<bool> TryTellAsync()
    {
        var told = _unrecorded.TakeAll();
        for (var i = 0; i < told.Count; i++)
        {
            try
            {
                await _store.RecordAsync(told[i].ToEvent(_clock.GetUtcNow()), untilDurable: true);
            }
            catch (Exception problem)
            {
                _unrecorded.PutBack(told.Skip(i));
                if (problem is StoreException or ObjectDisposedException)
                {
                    return false;
                }

                throw;
            }
        }

        return true;
    }
}
