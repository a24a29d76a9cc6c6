using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>What of a mirror is in memory, for its readers and its writer.</summary>
internal sealed class MirrorMemory
{
    public MirrorMemory(MirrorFile mirror, ReadPool readers)
    {
        var connection = mirror.Connection;
        Applied = new AppliedWatermark(connection.Counters.Find(CounterRows.AppliedRevision), connection.Hosts.FindApplied());
        foreach (var (index, revision, ports) in connection.PortChanges.Newest())
        {
            Late.Add(index, revision, ports);
        }

        connection.OperationIndex.Load(Operations);
        View = new SqliteView(readers, Caches, Applied, Late, Operations, Recent);
    }

    public AppliedWatermark Applied { get; }

    public RowCaches Caches { get; } = new();

    public LatePorts Late { get; } = new();

    public LateOperations Operations { get; } = new();

    public RecentBlocks Recent { get; } = new();

    public SqliteView View { get; }
}
