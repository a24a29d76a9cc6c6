using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The table <c>operation</c>, in the order in which they were written. What awaits an applied revision is stored as started and read as succeeded, so that a
/// confirmation writes nothing. Each names the one before it of the same resource: docs/decisions/0071-operations-in-chains.md.
/// </summary>
internal sealed class OperationRows(Database database, OperationIndexRows index)
{
    private const string Columns =
        "id, scope, resource_name, resource_type, zone, type, details, created_at, status, status_changed_at, error_code, error_details, awaits_revision, host";

    private readonly Statement _find = database.Prepare($"SELECT seq, {Columns} FROM operation WHERE seq = ? AND id = ? AND scope = ?");

    // What the index has not got yet, and what it has: two statements, and the second goes on from where the first has ended, whatever the index has got meanwhile.
    private readonly Statement _listLate = database.Prepare($"""
        SELECT seq, {Columns} FROM operation
        WHERE seq > (SELECT value FROM counter WHERE name = 'indexed_operation') AND seq < ?2 AND scope = ?1 ORDER BY seq DESC LIMIT ?3
        """);

    private readonly Statement _list = database.Prepare($"""
        SELECT seq, {Columns} FROM operation_of_scope CROSS JOIN operation USING (seq, scope) WHERE scope = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3
        """);

    // From one of them to the one before it, as long as there is one.
    private readonly Statement _listOfResource = database.Prepare($"""
        WITH RECURSIVE chain (place, before) AS (
            SELECT seq, previous FROM operation WHERE seq = ?3 AND scope = ?1 AND resource_name = ?2
            UNION ALL
            SELECT seq, previous FROM chain JOIN operation ON seq = before LIMIT ?4)
        SELECT seq, {Columns} FROM chain JOIN operation ON seq = place ORDER BY seq DESC
        """);

    private readonly Statement _findPrevious = database.Prepare("SELECT previous FROM operation WHERE seq = ?3 AND scope = ?1 AND resource_name = ?2");
    private readonly Statement _insert = database.Prepare($"INSERT INTO operation (seq, previous, {Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    private readonly Statement _fail = database.Prepare(
        "UPDATE operation SET status = ?3, status_changed_at = ?4, error_code = ?5, error_details = ?6 WHERE host = ?1 AND awaits_revision > ?2 AND status = ?7");

    private readonly Statement _awaiting = database.Prepare($"SELECT seq, {Columns} FROM operation WHERE host = ? AND awaits_revision IS NOT NULL AND status = ? ORDER BY seq");

    // Those that failed, as with a host that was removed, are awaited no more.
    private readonly Statement _newestAwaited = database.Prepare("SELECT awaits_revision FROM operation WHERE host = ? AND awaits_revision IS NOT NULL AND status = ? ORDER BY awaits_revision DESC LIMIT 1");

    private readonly Statement _all = database.Prepare($"SELECT seq, {Columns} FROM operation ORDER BY seq");

    private readonly Statement _update = database.Prepare(
        "UPDATE operation SET details = ?, status = ?, status_changed_at = ?, error_code = ?, error_details = ?, awaits_revision = ? WHERE seq = ?");

    private static readonly AppliedRevisions Nothing = new(0, System.Collections.Immutable.ImmutableDictionary<string, long>.Empty);

    private long? _last;

    /// <param name="scope">Its scope.</param>
    /// <param name="id">Its id.</param>
    /// <param name="late">Where memory has it; not so if it has been moved meanwhile.</param>
    /// <param name="applied">Up to which revision the kernels are.</param>
    public Operation? Find(Scope scope, Guid id, long? late, AppliedRevisions applied) => FindAt(late, scope, id, applied) ?? FindAt(index.FindId(id), scope, id, applied);

    public OperationPage List(Scope scope, long before, int limit, AppliedRevisions applied)
    {
        var found = new List<(long Seq, Operation Operation)>();
        foreach (var statement in (Statement[])[_listLate, _list])
        {
            using var run = statement.Begin();
            run.Bind(scope);
            run.Bind(found is [.., var end] ? end.Seq : before);
            run.Bind(Most(limit) - found.Count);
            ReadAll(run, scope, applied, found);
        }

        return Page(found, limit);
    }

    /// <param name="scope">Their scope.</param>
    /// <param name="resourceName">What they are about.</param>
    /// <param name="late">Where memory has the newest.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="limit">How many.</param>
    /// <param name="applied">Up to which revision the kernels are.</param>
    public OperationPage ListOfResource(Scope scope, string resourceName, long? late, long? after, int limit, AppliedRevisions applied)
    {
        if (after is { } place)
        {
            return Page(Follow(scope, resourceName, FindPrevious(scope, resourceName, place), limit, applied), limit);
        }

        var found = Follow(scope, resourceName, late, limit, applied);
        return Page(found.Count > 0 ? found : Follow(scope, resourceName, index.FindNewest(scope, resourceName), limit, applied), limit);
    }

    public void Write(in OperationChange change, LateOperations late)
    {
        // The table first: a prune of the same batch may have moved what memory has.
        var operation = change.Operation;
        if (!change.IsNew && (index.FindId(operation.Id) ?? late.FindPlaceInBatch(operation.Id)) is { } known)
        {
            Update(operation, known);
            return;
        }

        var seq = (_last ??= index.Last()) + 1;
        var previous = late.FindNewestInBatch(operation.Scope, operation.ResourceName) ?? index.FindNewest(operation.Scope, operation.ResourceName);
        Insert(operation, seq, previous < seq ? previous : null);
        _last = seq;
        late.Stage(operation.Id, operation.Scope, operation.ResourceName, seq);
        index.Note();
    }

    /// <summary>A host is removed: what it has not confirmed it never will.</summary>
    public void Fail(HostRemoval removal, long applied)
    {
        using var run = _fail.Begin();
        run.Bind(removal.Host.Name);
        run.Bind(applied);
        run.Bind((int)OperationStatus.Failed);
        run.Bind(removal.At);
        run.Bind(removal.ErrorCode);
        run.Bind(removal.Reason);
        run.Bind((int)OperationStatus.Started);
        run.Step();
    }

    /// <summary>Operations that await a revision of a host, as they are stored.</summary>
    public List<Operation> Awaiting(string host)
    {
        var found = new List<Operation>();
        using var run = _awaiting.Begin();
        run.Bind(host);
        run.Bind((int)OperationStatus.Started);
        while (run.Step())
        {
            found.Add(Read(run, ScopeColumn.Read(run, 2), Nothing));
        }

        return found;
    }

    /// <summary>The newest revision that an operation of a host awaits, as they are stored; 0 for none.</summary>
    public long NewestAwaited(string host)
    {
        using var run = _newestAwaited.Begin();
        run.Bind(host);
        run.Bind((int)OperationStatus.Started);
        return run.Step() ? run.Int64(0) : 0;
    }

    /// <summary>Every operation, as it is stored, in the order in which they were written.</summary>
    public IEnumerable<Operation> All()
    {
        using var run = _all.Begin();
        while (run.Step())
        {
            yield return Read(run, ScopeColumn.Read(run, 2), Nothing);
        }
    }

    private static long Most(int limit) => (long)Math.Max(0, limit) + 1;

    private static OperationPage Page(List<(long Seq, Operation Operation)> found, int limit) => found.Count <= limit
        ? new OperationPage([.. found.Select(one => one.Operation)], null)
        : new OperationPage([.. found.Take(limit).Select(one => one.Operation)], limit <= 0 ? null : new OperationPosition(found[limit - 1].Seq).ToString());

    private List<(long, Operation)> Follow(Scope scope, string resourceName, long? first, int limit, AppliedRevisions applied)
    {
        var found = new List<(long, Operation)>();
        if (first is { } seq)
        {
            using var run = _listOfResource.Begin();
            run.Bind(scope);
            run.Bind(resourceName);
            run.Bind(seq);
            run.Bind(Most(limit));
            ReadAll(run, scope, applied, found);
        }

        return found;
    }

    private long? FindPrevious(Scope scope, string resourceName, long seq)
    {
        using var run = _findPrevious.Begin();
        run.Bind(scope);
        run.Bind(resourceName);
        run.Bind(seq);
        return run.Step() ? run.Int64OrNull(0) : null;
    }

    private Operation? FindAt(long? seq, Scope scope, Guid id, AppliedRevisions applied)
    {
        if (seq is null)
        {
            return null;
        }

        using var run = _find.Begin();
        run.Bind(seq);
        run.Bind(id);
        run.Bind(scope);
        return run.Step() ? Read(run, scope, applied) : null;
    }

    private void Insert(Operation operation, long seq, long? previous)
    {
        using var run = _insert.Begin();
        run.Bind(seq);
        run.Bind(previous);
        run.Bind(operation.Id);
        run.Bind(operation.Scope);
        run.Bind(operation.ResourceName);
        run.Bind((int)operation.ResourceType);
        run.Bind(operation.AvailabilityZone);
        run.Bind(operation.OperationType);
        run.Bind(operation.OperationDetails);
        run.Bind(operation.CreatedAt);
        run.Bind((int)operation.Status);
        run.Bind(operation.StatusChangedAt);
        run.Bind(operation.ErrorCode);
        run.Bind(operation.ErrorDetails);
        run.Bind(operation.AwaitsRevision);
        run.Bind(operation.Host == HostName.Local ? null : operation.Host);
        run.Step();
    }

    private void Update(Operation operation, long seq)
    {
        using var run = _update.Begin();
        run.Bind(operation.OperationDetails);
        run.Bind((int)operation.Status);
        run.Bind(operation.StatusChangedAt);
        run.Bind(operation.ErrorCode);
        run.Bind(operation.ErrorDetails);
        run.Bind(operation.AwaitsRevision);
        run.Bind(seq);
        run.Step();
    }

    private static void ReadAll(in Execution run, Scope scope, AppliedRevisions applied, List<(long, Operation)> found)
    {
        while (run.Step())
        {
            found.Add((run.Int64(0), Read(run, scope, applied)));
        }
    }

    private static Operation Read(in Execution run, Scope scope, AppliedRevisions applied)
    {
        var (status, awaits, host) = ((OperationStatus)run.Int64(9), run.Int64OrNull(13), run.TextOrNull(14));
        return new Operation
        {
            Id = run.Guid(1),
            Scope = scope,
            ResourceName = run.Text(3),
            ResourceType = (ResourceType)run.Int64(4),
            AvailabilityZone = run.Text(5),
            OperationType = run.Text(6),
            OperationDetails = run.TextOrNull(7),
            CreatedAt = run.Time(8),
            Status = status == OperationStatus.Started && awaits <= applied.Of(host) ? OperationStatus.Succeeded : status,
            StatusChangedAt = run.Time(10),
            ErrorCode = run.TextOrNull(11),
            ErrorDetails = run.TextOrNull(12),
            AwaitsRevision = awaits,
            Host = host ?? HostName.Local,
        };
    }
}
