using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>Where the changes of a batch become rows, those that every request asks for staged for their caches. By the writer's thread alone.</summary>
internal sealed class BatchRows(Connection connection, RowCaches caches, AppliedWatermark applied, AuditTail audit, LateOperations operations) : IChangeWriter
{
    private readonly List<Instance> _ported = [];
    private readonly List<string> _hosts = [];
    private List<InstanceChange> _changed = [];
    private IReadOnlyList<string> _committedHosts = [];

    /// <summary>Whether anything but ports, operations and events has been written, so that numbers are stored too.</summary>
    public bool IsMore { get; set; }

    /// <summary>The revision of the last change of an instance; null without one.</summary>
    public long? Revision { get; private set; }

    /// <summary>The changes of instances that are durable now.</summary>
    public IReadOnlyList<InstanceChange> TakeChanges()
    {
        (var changes, _changed) = (_changed, []);
        _committedHosts = _hosts.Count > 0 ? [.. _hosts] : [];
        Clear();
        return changes;
    }

    /// <summary>Names of the hosts whose rows are others now.</summary>
    public IReadOnlyList<string> TakeHosts()
    {
        (var hosts, _committedHosts) = (_committedHosts, []);
        return hosts;
    }

    public void Clear()
    {
        (IsMore, Revision) = (false, null);
        _changed.Clear();
        _hosts.Clear();
        _ported.Clear();
    }

    /// <summary>Readers find the changes of ports that are durable now, or find them in the rows.</summary>
    /// <param name="late">Where they find them.</param>
    /// <param name="areCopied">Whether the rows have them.</param>
    public void NoteLate(LatePorts late, bool areCopied)
    {
        if (areCopied)
        {
            late.Clear();
        }
        else
        {
            _ported.ForEach(late.Add);
        }

        _ported.Clear();
    }

    public void Write(InstanceChange change)
    {
        var instance = change.Instance;
        if (change.IsOfPortsAlone)
        {
            connection.PortChanges.Append(instance);
            _ported.Add(instance);
        }
        else
        {
            connection.Instances.Write(change);
            IsMore = true;
        }

        Revision = change.Revision;
        caches.Instances.Stage((instance.Scope, instance.Name), change.IsRemoval ? null : instance);
        _changed.Add(change);
    }

    public void Write(StaticIp staticIp) => connection.StaticIps.Write(staticIp);

    public void Delete(StaticIp staticIp) => connection.StaticIps.Delete(staticIp);

    public void Write(KeyPair keyPair) => connection.KeyPairs.Write(keyPair);

    public void Delete(KeyPair keyPair) => connection.KeyPairs.Delete(keyPair);

    public void Write(in OperationChange change) => connection.Operations.Write(change, operations);

    public void DeleteOperation(Guid id)
    {
        if ((connection.OperationIndex.FindId(id) ?? operations.FindPlaceInBatch(id)) is { } place)
        {
            connection.OperationIndex.CatchUp();
            connection.Prune.Remove(connection.OperationIndex.FindId(id) ?? place);
        }
    }

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

    public void Write(Host host)
    {
        connection.Hosts.Write(host);
        _hosts.Add(host.Name);
    }

    public void Delete(HostRemoval removal)
    {
        connection.Delete(removal, applied.Current.Of(removal.Host.Name));
        _hosts.Add(removal.Host.Name);
    }

    public void Delete(Host host)
    {
        connection.Hosts.Delete(host.Name);
        _hosts.Add(host.Name);
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
}
