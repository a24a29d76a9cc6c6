using System.Collections.Concurrent;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// Committed changes of ports that are not in the rows of their instances yet (<see cref="PortChangeRows"/>): the newest of each instance, which a reader of rows has
/// to put in the place of theirs. The writer alone changes it.
/// </summary>
/// <remarks>
/// INVARIANT: a reader never sees ports go back. A change is here from when it is durable until the rows have it. The rows get many at once, by a commit, and only
/// after that commit are they taken from here; a reader that has read rows from before it, and looks here after, finds <see cref="Version"/> changed and reads again.
/// </remarks>
internal sealed class LatePorts
{
    private readonly ConcurrentDictionary<long, (long Revision, PortSet Ports)> _newest = new();
    private long _version;

    /// <summary>To be read before rows are, and compared after <see cref="With"/>.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>An instance with its newest ports.</summary>
    /// <param name="row">As its rows have it.</param>
    public Instance With(Instance row) => _newest.TryGetValue(row.Index, out var late) && late.Revision > row.Revision ? row with { Ports = late.Ports, Revision = late.Revision } : row;

    /// <summary>Revision of the newest ports of an instance; 0 when its rows have them.</summary>
    public long RevisionOf(long index) => _newest.TryGetValue(index, out var late) ? late.Revision : 0;

    /// <summary>Writer only: a change is durable.</summary>
    public void Add(Instance changed) => Add(changed.Index, changed.Revision, changed.Ports);

    /// <summary>At the start: a change that the rows have not got.</summary>
    public void Add(long index, long revision, PortSet ports) => _newest[index] = (revision, ports);

    /// <summary>Writer only: the rows have everything, durably.</summary>
    public void Clear()
    {
        Interlocked.Increment(ref _version);
        _newest.Clear();
    }
}
