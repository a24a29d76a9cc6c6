using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>The audit log of a running server: where calls are recorded, what tells which were not, and what writes the files.</summary>
internal sealed class AuditTrail : IAsyncDisposable
{
    private readonly AuditGaps _gaps;
    private long _durable;

    public AuditTrail(ServeOptions options, IStore store, string ownerAccountId, TimeProvider clock, ILoggerFactory loggers)
    {
        Log = new AuditLog(store, ownerAccountId, options.Region, new KeyShares(options.AuditBytesPerKey, clock), clock, loggers.CreateLogger<AuditLog>());
        _gaps = new AuditGaps(Log.Unrecorded, store, clock, loggers.CreateLogger<AuditGaps>());
        Exporter = options.ExportsAudit
            ? new AuditExporter(store, options.AuditDirectory ?? Path.Combine(options.DataDirectory, "audit"), options.AuditRetention, clock, loggers.CreateLogger<AuditExporter>())
            : null;
        _durable = store.View.FindAuditBlockBefore(long.MaxValue)?.LastSequence ?? store.View.AuditStart.Sequence;
        store.ObserveAudit(Note);
    }

    public AuditLog Log { get; }

    public AuditExporter? Exporter { get; }

    /// <summary>Number of the last durable event.</summary>
    public long Durable => Interlocked.Read(ref _durable);

    /// <summary>Calls that were answered, have no event of their own, and are counted in none yet.</summary>
    public long Uncounted => Log.Unrecorded.CountUntold();

    public void Start()
    {
        _gaps.Start();
        Exporter?.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _gaps.DisposeAsync();
        if (Exporter is not null)
        {
            await Exporter.DisposeAsync();
        }
    }

    private void Note(long lastSequence)
    {
        Interlocked.Exchange(ref _durable, lastSequence);
        Exporter?.Ring();
    }
}
