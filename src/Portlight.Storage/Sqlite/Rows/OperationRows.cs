using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The table <c>operation</c>. What awaits an applied revision is stored as started and read as succeeded, so that a confirmation writes nothing.</summary>
internal sealed class OperationRows(Database database, OperationIndexRows index)
{
    private const string Columns =
        "id, scope, resource_name, resource_type, zone, type, details, created_at, status, status_changed_at, error_code, error_details, awaits_revision";

    private readonly Statement find = database.Prepare($"SELECT seq, {Columns} FROM operation WHERE id = ? AND scope = ?");
    // What is in the index, newest first, and what is not in it yet; both at one moment, because it is one statement.
    private readonly Statement list = database.Prepare($"""
        SELECT seq, {Columns} FROM operation WHERE seq IN (
            SELECT seq FROM (
                SELECT seq FROM operation_of_scope
                WHERE scope = ?1 AND (created_at, seq) < (?2, ?3) ORDER BY created_at DESC, seq DESC LIMIT ?4)
            UNION ALL
            SELECT seq FROM operation
            WHERE seq > (SELECT value FROM counter WHERE name = 'indexed_operation') AND scope = ?1 AND (created_at, seq) < (?2, ?3))
        ORDER BY created_at DESC, seq DESC LIMIT ?4
        """);

    private readonly Statement listOfResource = database.Prepare($"""
        SELECT seq, {Columns} FROM operation WHERE seq IN (
            SELECT seq FROM (
                SELECT seq FROM operation_of_resource
                WHERE scope = ?1 AND resource_name = ?2 AND (created_at, seq) < (?3, ?4) ORDER BY created_at DESC, seq DESC LIMIT ?5)
            UNION ALL
            SELECT seq FROM operation
            WHERE seq > (SELECT value FROM counter WHERE name = 'indexed_operation') AND scope = ?1 AND resource_name = ?2 AND (created_at, seq) < (?3, ?4))
        ORDER BY created_at DESC, seq DESC LIMIT ?5
        """);

    private readonly Statement write = database.Prepare($"""
        INSERT INTO operation ({Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET details = excluded.details, status = excluded.status, status_changed_at = excluded.status_changed_at,
            error_code = excluded.error_code, error_details = excluded.error_details, awaits_revision = excluded.awaits_revision
        """);

    public Operation? Find(Scope scope, Guid id, long applied)
    {
        using var run = find.Begin();
        run.Bind(id);
        run.Bind(scope);
        return run.Step() ? Read(run, scope, applied) : null;
    }

    public OperationPage List(Scope scope, string? resourceName, OperationPosition before, int limit, long applied)
    {
        using var run = (resourceName is null ? list : listOfResource).Begin();
        run.Bind(scope);
        if (resourceName is not null)
        {
            run.Bind(resourceName);
        }

        run.Bind(before.CreatedAt);
        run.Bind(before.Sequence);
        run.Bind((long)Math.Max(0, limit) + 1);
        var found = new List<Operation>();
        var last = before;
        while (run.Step())
        {
            if (found.Count == limit)
            {
                return new OperationPage(found, last.ToString());
            }

            found.Add(Read(run, scope, applied));
            last = new OperationPosition(run.Int64(8), run.Int64(0));
        }

        return new OperationPage(found, null);
    }

    public void Write(Operation operation)
    {
        using var run = write.Begin();
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
        run.Step();
        index.Note();
    }

    private static Operation Read(in Execution run, Scope scope, long applied)
    {
        var (status, awaits) = ((OperationStatus)run.Int64(9), run.Int64OrNull(13));
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
            Status = status == OperationStatus.Started && awaits <= applied ? OperationStatus.Succeeded : status,
            StatusChangedAt = run.Time(10),
            ErrorCode = run.TextOrNull(11),
            ErrorDetails = run.TextOrNull(12),
            AwaitsRevision = awaits,
        };
    }
}
