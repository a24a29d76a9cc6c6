using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Background;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary>Forgets, once an hour, operations and audit events that are older than they are kept for: the oldest day of them at most.</summary>
internal sealed partial class Pruner : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly TimeSpan _retention;
    private readonly TimeSpan _auditRetention;
    private readonly TimeProvider _clock;
    private readonly ILogger<Pruner> _log;
    private readonly PeriodicTimer _timer;
    private readonly BackgroundLoop _loop;

    public Pruner(IStore store, TimeSpan retention, TimeSpan auditRetention, TimeProvider clock, ILogger<Pruner> log)
    {
        (_store, _retention, _auditRetention, _clock, _log) = (store, retention, auditRetention, clock, log);
        _timer = new PeriodicTimer(Expiry.Every, clock);
        _loop = new BackgroundLoop("forgetting of old rows", PruneAsync, clock, log);
    }

    public void Start() => _loop.Start();

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        _timer.Dispose();
    }

    /// <summary>What could not be forgotten now can be in an hour.</summary>
    private async Task PruneAsync(CancellationToken stopping)
    {
        await _timer.WaitForNextTickAsync(stopping);
        var now = _clock.GetUtcNow();
        var rows = await _store.PruneAsync(Expiry.Before(now - _retention, _store.View.OldestRecordAt), stopping);
        var events = await _store.PruneAuditAsync(Expiry.Before(now - _auditRetention, _store.View.FindAuditBlockAfter(0)?.NewestAt), stopping);
        LogPruned(_log, rows, events);
    }

    [LoggerMessage(4001, LogLevel.Debug, "{Rows} old rows and {Events} old audit events forgotten")]
    private static partial void LogPruned(ILogger logger, long rows, long events);
}
