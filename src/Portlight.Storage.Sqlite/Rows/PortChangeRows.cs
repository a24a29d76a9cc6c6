using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The tables <c>port_change</c>, to which a change of nothing but ports is appended, and <c>instance_ports</c>, into which many of them are copied at once: a change
/// of one instance among thousands would write a page of its own, and then once more at the checkpoint.
/// </summary>
internal sealed class PortChangeRows(Database database, JsonBuffer json)
{
    /// <summary>Changes that may not be copied yet. They are in memory too, see <see cref="LatePorts"/>, and are read at the start.</summary>
    public const int MaxPending = 8_192;

    private readonly Statement _append = database.Prepare("INSERT INTO port_change (revision, idx, ports) VALUES (?, ?, ?)");
    private readonly Statement _newest = database.Prepare("SELECT idx, max(revision), ports FROM port_change GROUP BY idx");
    private readonly Statement _count = database.Prepare("SELECT count(*) FROM port_change");
    private readonly Statement _last = database.Prepare("SELECT coalesce(max(revision), 0) FROM port_change");

    // The ports of the row that has the greatest revision (SQLite, bare columns in an aggregate query). Of an instance that is gone nothing is kept.
    private readonly Statement _copy = database.Prepare("""
        INSERT OR REPLACE INTO instance_ports (idx, revision, ports)
        SELECT idx, max(revision), ports FROM port_change WHERE EXISTS (SELECT 1 FROM instance WHERE instance.idx = port_change.idx) GROUP BY idx ORDER BY idx
        """);

    private readonly Statement _clear = database.Prepare("DELETE FROM port_change");

    private long? _pending;

    /// <summary>Whether it is time to copy.</summary>
    public bool IsDue => (_pending ??= Number(_count)) >= MaxPending;

    /// <summary>Revision of the last change that is not copied yet; 0 without any.</summary>
    public long Last() => Number(_last);

    public void Append(Instance instance)
    {
        using var run = _append.Begin();
        run.Bind(instance.Revision);
        run.Bind(instance.Index);
        run.BindText(json.Write(instance.Ports, PortSetJson.WriteAlone));
        run.Step();
        _pending++;
    }

    /// <summary>Copies all that was appended.</summary>
    public void Copy()
    {
        Number(_copy);
        Number(_clear);
        _pending = 0;
    }

    /// <summary>What was appended or copied in this transaction may not have been.</summary>
    public void Undo() => _pending = null;

    /// <summary>The newest change of each instance that is not copied yet.</summary>
    public IEnumerable<(long Index, long Revision, PortSet Ports)> Newest()
    {
        using var run = _newest.Begin();
        while (run.Step())
        {
            yield return (run.Int64(0), run.Int64(1), Read(run, 2));
        }
    }

    /// <exception cref="StoreException">The row is damaged.</exception>
    public static PortSet Read(in Execution run, int column)
    {
        try
        {
            return PortSetJson.ReadAlone(run.Bytes(column));
        }
        catch (Exception damage) when (damage is JsonException or FormatException or InvalidOperationException)
        {
            throw new StoreException("the ports of an instance cannot be read: the database is damaged; restore it from a backup", damage);
        }
    }

    private static long Number(Statement statement)
    {
        using var run = statement.Begin();
        return run.Step() ? run.Int64(0) : 0;
    }
}
