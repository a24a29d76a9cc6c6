using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The instances in memory, for one who reads many rows: a row that is there is not read from its text again. What is used is what the row and the changes of ports that
/// are not in it yet say, so a list is of the moment of its statement as before.
/// </summary>
internal sealed class KnownInstances
{
    private readonly RowCache<(Scope Scope, string Name), Instance> _cache;

    public KnownInstances(RowCache<(Scope Scope, string Name), Instance> cache, LatePorts late)
    {
        _cache = cache;
        // A revision is given out once, so it tells what an instance was.
        Find = (key, index, revision) => cache.TryGet(key, out var known) && known.Index == index && known.Revision == Math.Max(revision, late.RevisionOf(index)) ? known : null;
    }

    /// <summary>The instance of a row, if exactly that is in memory.</summary>
    public FindKnown Find { get; }

    /// <summary>To be read before the rows are, and handed to <see cref="Keep"/>.</summary>
    public long Version => _cache.Version;

    /// <summary>Keeps what was read, as long as there is room: a list as long as the memory must not put out what every request asks for.</summary>
    public void Keep(List<Instance> read, long seenVersion)
    {
        foreach (var instance in read)
        {
            if (!_cache.HasRoom)
            {
                return;
            }

            _cache.Add((instance.Scope, instance.Name), instance, seenVersion);
        }
    }
}
