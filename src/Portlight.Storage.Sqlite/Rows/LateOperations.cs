using System.Collections.Concurrent;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// Where operations are that the tables which find them have not got yet (<see cref="OperationIndexRows"/>): by id, and the newest of each resource. Readers look here
/// before they look into the database, so what has been taken from here meanwhile is in the tables that they then see.
/// </summary>
internal sealed class LateOperations
{
    private readonly ConcurrentDictionary<Guid, long> _places = new();
    private readonly ConcurrentDictionary<(Scope Scope, string Resource), long> _newest = new();
    private readonly Dictionary<Guid, long> _stagedPlaces = [];
    private readonly Dictionary<(Scope Scope, string Resource), long> _stagedNewest = [];

    /// <summary>Null when the tables have it, or nobody.</summary>
    public long? FindPlace(Guid id) => _places.TryGetValue(id, out var seq) ? seq : null;

    public long? FindNewest(Scope scope, string resourceName) => _newest.TryGetValue((scope, resourceName), out var seq) ? seq : null;

    /// <summary>Writer only: those of the batch that is not committed yet too.</summary>
    public long? FindPlaceInBatch(Guid id) => _stagedPlaces.TryGetValue(id, out var seq) ? seq : FindPlace(id);

    /// <summary>Writer only.</summary>
    public long? FindNewestInBatch(Scope scope, string resourceName) => _stagedNewest.TryGetValue((scope, resourceName), out var seq) ? seq : FindNewest(scope, resourceName);

    /// <summary>Writer only: an operation of the batch.</summary>
    public void Stage(Guid id, Scope scope, string resourceName, long seq)
    {
        _stagedPlaces[id] = seq;
        _stagedNewest[(scope, resourceName)] = seq;
    }

    /// <summary>Writer only: the batch is durable; with <paramref name="areIndexed"/> the tables have everything.</summary>
    public void Commit(bool areIndexed)
    {
        if (areIndexed)
        {
            _places.Clear();
            _newest.Clear();
        }
        else
        {
            foreach (var (id, seq) in _stagedPlaces)
            {
                _places[id] = seq;
            }

            foreach (var (resource, seq) in _stagedNewest)
            {
                _newest[resource] = seq;
            }
        }

        Undo();
    }

    /// <summary>Writer only: the batch is not durable.</summary>
    public void Undo()
    {
        _stagedPlaces.Clear();
        _stagedNewest.Clear();
    }
}
