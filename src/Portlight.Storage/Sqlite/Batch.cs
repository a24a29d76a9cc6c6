using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The writes that share one durable commit. Lives as long as the store and is used again and again, by the writer's thread alone.
/// </summary>
internal sealed class Batch : IChangeWriter
{
    private readonly Connection connection;
    private readonly RowCaches caches;
    private readonly AppliedWatermark applied;
    private readonly AuditTail audit;
    private readonly LatePorts late;
    private readonly LateOperations operations;
    private readonly CommitOrder order;
    private readonly List<Plan> plans = [];
    private readonly List<Instance> ported = [];
    private List<InstanceChange> changed = [];
    private long committedRevision;
    private long revision;
    private long storedIndex;
    private long storedApplied;
    private long commits;
    private bool isOpen;
    private bool isMore;

    public Batch(Connection connection, RowCaches caches, AppliedWatermark applied, AuditTail audit, LatePorts late, LateOperations operations, CommitOrder order)
    {
        (this.connection, this.caches, this.applied, this.audit, this.late, this.operations, this.order) = (connection, caches, applied, audit, late, operations, order);
        revision = committedRevision = connection.FindRevision();
        storedIndex = order.Index;
        storedApplied = applied.Value;
    }

    public long AppliedRevision => applied.Value;

    /// <summary>What is written and not durable yet.</summary>
    public IReadOnlyList<Plan> Plans => plans;

    /// <summary>How often something was made durable.</summary>
    public long Commits => Volatile.Read(ref commits);

    /// <summary>Revision of the newest committed change.</summary>
    public long CommittedRevision => Volatile.Read(ref committedRevision);

    /// <summary>The rows to write to, with the transaction begun.</summary>
    public Connection Rows
    {
        get
        {
            Open();
            return connection;
        }
    }

    /// <summary>Whether numbers have changed that are stored for their own sake when nothing else is.</summary>
    public bool HasNumbersToStore => applied.Value != storedApplied || order.Index != storedIndex;

    public void Write(Plan plan)
    {
        Open();
        plans.Add(plan);
        plan.Changes.WriteTo(this);
    }

    /// <summary>Makes everything durable and then visible. Returns the changes of instances, in order.</summary>
    /// <param name="withAudit">Events that wait for a commit have waited long enough: commit for their sake alone.</param>
    public IReadOnlyList<InstanceChange> Commit(bool withAudit)
    {
        if (withAudit && audit.HasWaiting)
        {
            Open();
        }

        if (!isOpen)
        {
            caches.EndCommit(done: true);
            return [];
        }

        var copies = connection.PortChanges.IsDue;
        if (copies)
        {
            connection.PortChanges.Copy();
        }

        // A change of ports says its revision itself, and how far the kernel is the reconciler finds out after a crash: so a Put writes no counter.
        var (watermark, index) = (isMore || copies ? applied.Value : storedApplied, order.Index);
        WriteCounters(watermark, index, isMore || copies);
        audit.Write(connection.Audit);
        var isIndexed = connection.OperationIndex.IsDue;
        if (isIndexed)
        {
            connection.OperationIndex.CatchUp();
        }

        caches.BeginCommit();
        connection.Commit();
        Volatile.Write(ref commits, commits + 1);
        if (plans is [.., var last])
        {
            order.NoteDurable(last.Place);
        }

        audit.Committed();
        NoteLate(copies);
        operations.Commit(isIndexed);
        (isOpen, isMore, storedIndex, storedApplied) = (false, false, index, watermark);
        Volatile.Write(ref committedRevision, revision);
        caches.EndCommit(done: true);
        plans.ForEach(order.Forget);
        plans.Clear();
        (var committed, changed) = (changed, []);
        return committed;
    }

    /// <summary>Undoes the whole batch, because of a failure.</summary>
    public void Undo(StoreException failure)
    {
        (isOpen, isMore) = (false, false);
        revision = committedRevision;
        changed.Clear();
        ported.Clear();
        plans.Clear();
        audit.Undo(failure);
        operations.Undo();
        connection.OperationIndex.Undo();
        connection.PortChanges.Undo();
        caches.EndCommit(done: false);
        connection.Rollback();
    }

    /// <summary>Stores numbers when nothing else is to be stored.</summary>
    public void CommitNumbers()
    {
        Open();
        isMore = true; // also where none has changed: it is how a commit that failed is tried again
        connection.Counters.Write(CounterRows.AppliedRevision, applied.Value);
        Commit(withAudit: true);
    }

    public void Write(InstanceChange change)
    {
        var instance = change.Instance;
        if (change.IsOfPortsAlone)
        {
            connection.PortChanges.Append(instance);
            ported.Add(instance);
        }
        else
        {
            connection.Instances.Write(change);
            isMore = true;
        }

        revision = change.Revision;
        caches.Instances.Stage((instance.Scope, instance.Name), change.IsRemoval ? null : instance);
        changed.Add(change);
    }

    public void Write(StaticIp staticIp) => connection.StaticIps.Write(staticIp);

    public void Delete(StaticIp staticIp) => connection.StaticIps.Delete(staticIp);

    public void Write(KeyPair keyPair) => connection.KeyPairs.Write(keyPair);

    public void Delete(KeyPair keyPair) => connection.KeyPairs.Delete(keyPair);

    public void Write(Operation operation) => connection.Operations.Write(operation, operations);

    public void Write(Account account)
    {
        connection.Accounts.Write(account);
        caches.Accounts.Stage(account.Id, account);
    }

    public void Write(OpenRegion region)
    {
        connection.Accounts.Write(region);
        caches.Regions.Stage(region.Name, region);
    }

    public void Write(AccessKey key)
    {
        connection.AccessKeys.Write(key);
        caches.AccessKeys.Stage(key.Id, key);
    }

    public void Delete(AccessKey key)
    {
        connection.AccessKeys.Delete(key.Id);
        caches.AccessKeys.Stage(key.Id, null);
    }

    public void Write(AccessKeyUse use) => connection.AccessKeys.Write(use);

    public void Write(User user, User? before)
    {
        WriteUses(user.AccountId, new("user", user.Name), IdentityUse.Of(before), IdentityUse.Of(user));
        Write(connection.Users, caches.Users, IdentityTables.Users.KeyOf(user), user);
    }

    public void Delete(User user, User? before)
    {
        WriteUses(user.AccountId, new("user", user.Name), IdentityUse.Of(before), []);
        Delete(connection.Users, caches.Users, IdentityTables.Users.KeyOf(user));
    }

    public void Write(Group group, Group? before)
    {
        WriteUses(group.AccountId, new("group", group.Name), IdentityUse.Of(before), IdentityUse.Of(group));
        Write(connection.Groups, caches.Groups, IdentityTables.Groups.KeyOf(group), group);
    }

    public void Delete(Group group, Group? before)
    {
        WriteUses(group.AccountId, new("group", group.Name), IdentityUse.Of(before), []);
        Delete(connection.Groups, caches.Groups, IdentityTables.Groups.KeyOf(group));
    }

    public void Write(Role role, Role? before)
    {
        WriteUses(role.AccountId, new("role", role.Name), IdentityUse.Of(before), IdentityUse.Of(role));
        Write(connection.Roles, caches.Roles, IdentityTables.Roles.KeyOf(role), role);
    }

    public void Delete(Role role, Role? before)
    {
        WriteUses(role.AccountId, new("role", role.Name), IdentityUse.Of(before), []);
        Delete(connection.Roles, caches.Roles, IdentityTables.Roles.KeyOf(role));
    }

    public void Write(ManagedPolicy policy) => Write(connection.Policies, caches.Policies, IdentityTables.Policies.KeyOf(policy), policy);

    public void Delete(ManagedPolicy policy) => Delete(connection.Policies, caches.Policies, IdentityTables.Policies.KeyOf(policy));

    public void Write(AuditEvent recorded) => audit.Add(recorded, connection.Audit);

    public (long Removed, bool HasMore) PruneAudit(DateTimeOffset before, int blocks, int events) => audit.Prune(Rows.Audit, before, blocks, events);

    private static void Write<TRow>(IdentityRows<TRow> rows, RowCache<IdentityKey, TRow> cache, IdentityKey key, TRow row)
        where TRow : class
    {
        rows.Write(key, row);
        cache.Stage(key, row);
    }

    private static void Delete<TRow>(IdentityRows<TRow> rows, RowCache<IdentityKey, TRow> cache, IdentityKey key)
        where TRow : class
    {
        rows.Delete(key);
        cache.Stage(key, null);
    }

    private void WriteUses(string accountId, IdentityHolder holder, IEnumerable<IdentityUse> before, IEnumerable<IdentityUse> after) =>
        connection.IdentityUses.Write(accountId, holder with { Name = holder.Name.ToLowerInvariant() }, before, after);

    private void Open()
    {
        if (!isOpen)
        {
            connection.Begin();
            isOpen = true;
        }
    }

    /// <summary>Readers find the changes of ports that are durable now, or find them in the rows.</summary>
    private void NoteLate(bool areCopied)
    {
        if (areCopied)
        {
            late.Clear();
        }
        else
        {
            ported.ForEach(late.Add);
        }

        ported.Clear();
    }

    private void WriteCounters(long watermark, long index, bool withRevision)
    {
        if (withRevision && revision != committedRevision)
        {
            connection.Counters.Write(CounterRows.Revision, revision);
        }

        if (index != storedIndex)
        {
            connection.Counters.Write(CounterRows.InstanceIndex, index);
        }

        if (watermark != storedApplied)
        {
            connection.Counters.Write(CounterRows.AppliedRevision, watermark);
        }
    }
}
