using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary>Forgets, once an hour, operations and audit events that are older than they are kept for: the oldest day of them at most.</summary>
internal sealed partial class Pruner(IStore store, TimeSpan retention, TimeSpan auditRetention, TimeProvider clock, ILogger<Pruner> log) : IAsyncDisposable
{
    private readonly PeriodicTimer _timer = new(Expiry.Every, clock);
    private Task _running = Task.CompletedTask;

    public void Start() => _running = FollowAsync();

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running;
    }

    private async Task FollowAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            try
            {
                var now = clock.GetUtcNow();
                var rows = await store.PruneAsync(Expiry.Before(now - retention, store.View.OldestRecordAt));
                var events = await store.PruneAuditAsync(Expiry.Before(now - auditRetention, store.View.FindAuditBlockAfter(0)?.NewestAt));
                LogPruned(log, rows, events);
            }
            catch (StoreException problem)
            {
                LogFailed(log, problem);
            }
        }
    }

    [LoggerMessage(4001, LogLevel.Debug, "{Rows} old rows and {Events} old audit events forgotten")]
    private static partial void LogPruned(ILogger logger, long rows, long events);

    [LoggerMessage(4002, LogLevel.Error, "old rows could not be forgotten; trying again in an hour")]
    private static partial void LogFailed(ILogger logger, Exception problem);
}
