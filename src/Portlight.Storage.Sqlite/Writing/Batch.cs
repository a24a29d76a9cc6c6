using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The writes that share one durable commit. Lives as long as the store and is used again and again, by the writer's thread alone.
/// </summary>
internal sealed class Batch : IChangeWriter
{
    private readonly Connection _connection;
    private readonly RowCaches _caches;
    private readonly AppliedWatermark _applied;
    private readonly AuditTail _audit;
    private readonly LatePorts _late;
    private readonly LateOperations _operations;
    private readonly CommitOrder _order;
    private readonly List<Plan> _plans = [];
    private readonly List<Instance> _ported = [];
    private List<InstanceChange> _changed = [];
    private long _committedRevision;
    private long _revision;
    private long _storedIndex;
    private AppliedRevisions _storedApplied;
    private long _commits;
    private bool _isOpen;
    private bool _isMore;

    public Batch(Connection connection, RowCaches caches, AppliedWatermark applied, AuditTail audit, LatePorts late, LateOperations operations, CommitOrder order)
    {
        (_connection, _caches, _applied, _audit, _late, _operations, _order) = (connection, caches, applied, audit, late, operations, order);
        _revision = _committedRevision = connection.FindRevision();
        _storedIndex = order.Index;
        _storedApplied = applied.Current;
    }

    public AppliedRevisions Applied => _applied.Current;

    /// <summary>How often something was made durable.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Revision of the newest committed change.</summary>
    public long CommittedRevision => Volatile.Read(ref _committedRevision);

    /// <summary>The rows to write to, with the transaction begun.</summary>
    public Connection Rows
    {
        get
        {
            Open();
            return _connection;
        }
    }

    /// <summary>Whether numbers have changed that are stored for their own sake when nothing else is.</summary>
    public bool HasNumbersToStore => _applied.Current != _storedApplied || _order.Index != _storedIndex;

    public void Write(Plan plan)
    {
        Open();
        _plans.Add(plan);
        plan.Changes.WriteTo(this);
    }

    /// <summary>Makes everything durable and then visible. Returns the changes of instances, in order.</summary>
    /// <param name="withAudit">Events that wait for a commit have waited long enough: commit for their sake alone.</param>
    public IReadOnlyList<InstanceChange> Commit(bool withAudit)
    {
        if (withAudit && _audit.HasWaiting)
        {
            Open();
        }

        if (!_isOpen)
        {
            _caches.EndCommit(done: true);
            return [];
        }

        var copies = _connection.PortChanges.IsDue;
        if (copies)
        {
            _connection.PortChanges.Copy();
        }

        // A change of ports says its revision itself, and how far the kernel is the reconciler finds out after a crash: so a Put writes no counter.
        var (watermark, index) = (_isMore || copies ? _applied.Current : _storedApplied, _order.Index);
        WriteCounters(watermark, index, _isMore || copies);
        _audit.Write(_connection.Audit);
        var isIndexed = _connection.OperationIndex.IsDue;
        if (isIndexed)
        {
            _connection.OperationIndex.CatchUp();
        }

        _caches.BeginCommit();
        _connection.Commit();
        Volatile.Write(ref _commits, _commits + 1);
        if (_plans is [.., var last])
        {
            _order.NoteDurable(last.Place);
        }

        _audit.Committed();
        NoteLate(copies);
        _operations.Commit(isIndexed);
        (_isOpen, _isMore, _storedIndex, _storedApplied) = (false, false, index, watermark);
        Volatile.Write(ref _committedRevision, _revision);
        _caches.EndCommit(done: true);
        _plans.ForEach(_order.Forget);
        _plans.Clear();
        (var committed, _changed) = (_changed, []);
        return committed;
    }

    /// <summary>Undoes the whole batch, because of a failure.</summary>
    public void Undo(StoreException failure)
    {
        (_isOpen, _isMore) = (false, false);
        _revision = _committedRevision;
        _changed.Clear();
        _ported.Clear();
        _plans.Clear();
        _audit.Undo(failure);
        _operations.Undo();
        _connection.OperationIndex.Undo();
        _connection.PortChanges.Undo();
        _caches.EndCommit(done: false);
        _connection.Rollback();
    }

    /// <summary>Stores numbers when nothing else is to be stored.</summary>
    public void CommitNumbers()
    {
        Open();
        _isMore = true; // also where none has changed: it is how a commit that failed is tried again
        _connection.Counters.Write(CounterRows.AppliedRevision, _applied.Value);
        Commit(withAudit: true);
    }

    public void Write(InstanceChange change)
    {
        var instance = change.Instance;
        if (change.IsOfPortsAlone)
        {
            _connection.PortChanges.Append(instance);
            _ported.Add(instance);
        }
        else
        {
            _connection.Instances.Write(change);
            _isMore = true;
        }

        _revision = change.Revision;
        _caches.Instances.Stage((instance.Scope, instance.Name), change.IsRemoval ? null : instance);
        _changed.Add(change);
    }

    public void Write(StaticIp staticIp) => _connection.StaticIps.Write(staticIp);

    public void Delete(StaticIp staticIp) => _connection.StaticIps.Delete(staticIp);

    public void Write(KeyPair keyPair) => _connection.KeyPairs.Write(keyPair);

    public void Delete(KeyPair keyPair) => _connection.KeyPairs.Delete(keyPair);

    public void Write(Operation operation) => _connection.Operations.Write(operation, _operations);

    public void Write(Account account)
    {
        _connection.Accounts.Write(account);
        _caches.Accounts.Stage(account.Id, account);
    }

    public void Write(OpenRegion region)
    {
        _connection.Accounts.Write(region);
        _caches.Regions.Stage(region.Name, region);
    }

    public void Write(Host host) => _connection.Hosts.Write(host);

    public void Delete(HostRemoval removal) => _connection.Delete(removal, _applied.Current.Of(removal.Host.Name));

    public void Write(AccessKey key)
    {
        _connection.AccessKeys.Write(key);
        _caches.AccessKeys.Stage(key.Id, key);
    }

    public void Delete(AccessKey key)
    {
        _connection.AccessKeys.Delete(key.Id);
        _caches.AccessKeys.Stage(key.Id, null);
    }

    public void Write(AccessKeyUse use) => _connection.AccessKeys.Write(use);

    public void Write(User user, User? before)
    {
        WriteUses(user.AccountId, new("user", user.Name), IdentityUse.Of(before), IdentityUse.Of(user));
        Write(_connection.Users, _caches.Users, IdentityTables.Users.KeyOf(user), user);
    }

    public void Delete(User user, User? before)
    {
        WriteUses(user.AccountId, new("user", user.Name), IdentityUse.Of(before), []);
        Delete(_connection.Users, _caches.Users, IdentityTables.Users.KeyOf(user));
    }

    public void Write(Group group, Group? before)
    {
        WriteUses(group.AccountId, new("group", group.Name), IdentityUse.Of(before), IdentityUse.Of(group));
        Write(_connection.Groups, _caches.Groups, IdentityTables.Groups.KeyOf(group), group);
    }

    public void Delete(Group group, Group? before)
    {
        WriteUses(group.AccountId, new("group", group.Name), IdentityUse.Of(before), []);
        Delete(_connection.Groups, _caches.Groups, IdentityTables.Groups.KeyOf(group));
    }

    public void Write(Role role, Role? before)
    {
        WriteUses(role.AccountId, new("role", role.Name), IdentityUse.Of(before), IdentityUse.Of(role));
        Write(_connection.Roles, _caches.Roles, IdentityTables.Roles.KeyOf(role), role);
    }

    public void Delete(Role role, Role? before)
    {
        WriteUses(role.AccountId, new("role", role.Name), IdentityUse.Of(before), []);
        Delete(_connection.Roles, _caches.Roles, IdentityTables.Roles.KeyOf(role));
    }

    public void Write(ManagedPolicy policy) => Write(_connection.Policies, _caches.Policies, IdentityTables.Policies.KeyOf(policy), policy);

    public void Delete(ManagedPolicy policy) => Delete(_connection.Policies, _caches.Policies, IdentityTables.Policies.KeyOf(policy));

    public void Write(AuditEvent recorded) => _audit.Add(recorded, _connection.Audit);

    public (long Removed, bool HasMore) PruneAudit(DateTimeOffset before, int blocks, int events) => _audit.Prune(Rows.Audit, before, blocks, events);

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
        _connection.IdentityUses.Write(accountId, holder with { Name = holder.Name.ToLowerInvariant() }, before, after);

    private void Open()
    {
        if (!_isOpen)
        {
            _connection.Begin();
            _isOpen = true;
        }
    }

    /// <summary>Readers find the changes of ports that are durable now, or find them in the rows.</summary>
    private void NoteLate(bool areCopied)
    {
        if (areCopied)
        {
            _late.Clear();
        }
        else
        {
            _ported.ForEach(_late.Add);
        }

        _ported.Clear();
    }

    private void WriteCounters(AppliedRevisions watermark, long index, bool withRevision)
    {
        if (withRevision && _revision != _committedRevision)
        {
            _connection.Counters.Write(CounterRows.Revision, _revision);
        }

        if (index != _storedIndex)
        {
            _connection.Counters.Write(CounterRows.InstanceIndex, index);
        }

        _connection.WriteApplied(_storedApplied, watermark);
    }
}
