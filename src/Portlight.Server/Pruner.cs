using Microsoft.Extensions.Logging;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary>Forgets, once an hour, operations, log rows and audit events that are older than they are kept for.</summary>
internal sealed partial class Pruner(IStore store, TimeSpan retention, TimeSpan auditRetention, TimeProvider clock, ILogger<Pruner> log) : IAsyncDisposable
{
    private readonly PeriodicTimer timer = new(TimeSpan.FromHours(1), clock);
    private Task running = Task.CompletedTask;

    public void Start() => running = FollowAsync();

    public async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await running;
    }

    private async Task FollowAsync()
    {
        while (await timer.WaitForNextTickAsync())
        {
            try
            {
                LogPruned(log, await store.PruneAsync(clock.GetUtcNow() - retention), await store.PruneAuditAsync(clock.GetUtcNow() - auditRetention));
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
