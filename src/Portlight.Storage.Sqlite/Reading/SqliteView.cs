using System.Net;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// Reads what is committed, through the pool. The rows that every request needs come from memory.
/// </summary>
internal sealed class SqliteView(ReadPool pool, RowCaches caches, AppliedWatermark applied, LatePorts late, LateOperations operations, RecentBlocks recent) : IStoreView
{
    private readonly KnownInstances _known = new(caches.Instances, late);

    public long AppliedOn(string host) => applied.Current.Of(host);

    public long NewestAwaitedOn(string host) => Read(host, static (rows, on) => rows.Operations.NewestAwaited(on));

    public Instance? FindInstance(Scope scope, string name)
    {
        if (caches.Instances.TryGet((scope, name), out var cached))
        {
            return cached;
        }

        var version = caches.Instances.Version;
        var found = ReadInstances((scope, name), static (rows, key) => rows.Instances.Find(key.scope, key.name) is { } row ? [row] : []);
        return found is [var one] ? caches.Instances.Add((scope, name), one, version) : null;
    }

    public IReadOnlyList<Instance> ListInstances(Scope scope, long afterIndex, int limit)
    {
        var version = _known.Version;
        var page = ReadInstances((scope, afterIndex, limit, find: _known.Find), static (rows, at) => rows.Instances.List(at.scope, at.afterIndex, at.limit, at.find));
        _known.Keep(page, version);
        return page;
    }

    /// <summary>Not kept in memory: it is asked for by those who keep what they need.</summary>
    public IReadOnlyList<Instance> AllInstances() => ReadInstances(_known.Find, static (rows, find) => rows.Instances.List(0, int.MaxValue, find));

    public IReadOnlyList<Instance> ListInstances(long afterIndex, int limit)
    {
        var version = _known.Version;
        var page = ReadInstances((afterIndex, limit, find: _known.Find), static (rows, at) => rows.Instances.List(at.afterIndex, at.limit, at.find));
        _known.Keep(page, version);
        return page;
    }

    public int CountInstances() => Read(0, static (rows, _) => rows.Names.CountInstances());

    public IReadOnlyList<Instance> ListWithDeadlines() => ReadInstances(0, static (rows, _) => rows.Instances.WithDeadlines());

    public IReadOnlyList<Instance> ListAttached() => ReadInstances(0, static (rows, _) => rows.Instances.Attached());

    public IReadOnlyList<Instance> ListInstancesOn(string host)
    {
        var version = _known.Version;
        var all = ReadInstances((host, find: _known.Find), static (rows, on) => rows.Instances.OnHost(on.host, on.find));
        _known.Keep(all, version);
        return all;
    }

    public int CountInstances(Scope scope) => Read(scope, static (rows, at) => rows.Names.CountInstances(at));

    public StaticIp? FindStaticIp(Scope scope, string name) => Read((scope, name), static (rows, key) => rows.StaticIps.Find(key.scope, key.name));

    public IReadOnlyList<StaticIp> ListStaticIps(Scope scope, string afterName, int limit) =>
        Read((scope, afterName, limit), static (rows, at) => rows.StaticIps.List(at.scope, at.afterName, at.limit));

    public int CountStaticIps(Scope scope) => Read(scope, static (rows, at) => rows.Names.CountStaticIps(at));

    public KeyPair? FindKeyPair(Scope scope, string name) => Read((scope, name), static (rows, key) => rows.KeyPairs.Find(key.scope, key.name));

    public IReadOnlyList<KeyPair> ListKeyPairs(Scope scope, string afterName, int limit) =>
        Read((scope, afterName, limit), static (rows, at) => rows.KeyPairs.List(at.scope, at.afterName, at.limit));

    public int CountKeyPairs(Scope scope) => Read(scope, static (rows, at) => rows.Names.CountKeyPairs(at));

    public IReadOnlyList<KeyPair> AllKeyPairs() => Read(0, static (rows, _) => rows.KeyPairs.All());

    public bool IsNameTaken(Scope scope, string name) => Read((scope, name), static (rows, key) => rows.Names.IsNameTaken(key.scope, key.name));

    public IReadOnlyList<string> ListNames(Scope scope, string afterName, int limit) =>
        Read((scope, afterName, limit), static (rows, at) => rows.Names.List(at.scope, at.afterName, at.limit));

    public bool IsAddressTaken(IPAddress address) => Read(address, static (rows, taken) => rows.Names.IsAddressTaken(taken));

    // The watermark is read before the rows: a rejected operation is saved as failed before the watermark passes it, so a reader that sees the high watermark
    // reads rows in which the failure stands. The other way round a failed operation could be read as succeeded for a moment.
    public Operation? FindOperation(Scope scope, Guid id) =>
        Read((scope, id, late: operations.FindPlace(id), applied.Current), static (rows, key) => rows.Operations.Find(key.scope, key.id, key.late, key.Current));

    public OperationPage ListOperations(Scope scope, string? resourceName, string? before, int limit)
    {
        var position = new OperationPosition(long.MaxValue);
        if (before is not null && !OperationPosition.TryParse(before, out position))
        {
            throw new ArgumentException("not the `Next` of an operation page; ask OperationPage.IsToken first", nameof(before));
        }

        return resourceName is null
            ? Read((scope, position.Sequence, limit, applied.Current), static (rows, at) => rows.Operations.List(at.scope, at.Sequence, at.limit, at.Current))
            : Read(
                (scope, resourceName, late: operations.FindNewest(scope, resourceName), after: before is null ? (long?)null : position.Sequence, limit, applied.Current),
                static (rows, at) => rows.Operations.ListOfResource(at.scope, at.resourceName, at.late, at.after, at.limit, at.Current));
    }

    public Account? FindAccount(string id) => Cached(caches.Accounts, id, static (rows, key) => rows.Accounts.FindAccount(key));

    public IReadOnlyList<Account> ListAccounts() => Read(0, static (rows, _) => rows.Accounts.ListAccounts());

    public OpenRegion? FindRegion(string name) => Cached(caches.Regions, name, static (rows, key) => rows.Accounts.FindRegion(key));

    public IReadOnlyList<OpenRegion> ListRegions() => Read(0, static (rows, _) => rows.Accounts.ListRegions());

    public Host? FindHost(string name) => Read(name, static (rows, key) => rows.Hosts.Find(key));

    public Host? FindHostOfToken(string tokenId) => Read(tokenId, static (rows, id) => rows.Hosts.FindByToken(id));

    public IReadOnlyList<Host> ListHosts(string afterName, int limit) => Read((afterName, limit), static (rows, at) => rows.Hosts.List(at.afterName, at.limit));

    public AccessKey? FindAccessKey(string id) => Cached(caches.AccessKeys, id, static (rows, key) => rows.AccessKeys.Find(key));

    public IReadOnlyList<AccessKey> ListAccessKeys(string accountId) => Read(accountId, static (rows, id) => rows.AccessKeys.List(id));

    public IReadOnlyList<AccessKey> ListAccessKeysOf(string accountId, string? userName) =>
        Read((accountId, userName), static (rows, key) => rows.AccessKeys.ListOf(key.accountId, key.userName));

    public IReadOnlyList<AccessKey> AllAccessKeys() => Read(0, static (rows, _) => rows.AccessKeys.All());

    public AccessKeyUse? FindAccessKeyUse(string accessKeyId) => Read(accessKeyId, static (rows, id) => rows.AccessKeys.FindUse(id));

    public User? FindUser(string accountId, string name) => Cached(caches.Users, IdentityKey.Of(accountId, name), static (rows, key) => rows.Users.Find(key));

    public User? FindUserById(string accountId, string id) => Read((accountId, id), static (rows, key) => rows.Users.FindById(key.accountId, key.id));

    public IReadOnlyList<User> ListUsers(string accountId, string afterName, int limit) =>
        Read((key: IdentityKey.Of(accountId, afterName), limit), static (rows, at) => rows.Users.List(at.key.AccountId, at.key, at.limit));

    public int CountUsers(string accountId) => Read(accountId, static (rows, id) => rows.Users.Count(id));

    public Group? FindGroup(string accountId, string name) => Cached(caches.Groups, IdentityKey.Of(accountId, name), static (rows, key) => rows.Groups.Find(key));

    public IReadOnlyList<Group> ListGroups(string accountId, string afterName, int limit) =>
        Read((key: IdentityKey.Of(accountId, afterName), limit), static (rows, at) => rows.Groups.List(at.key.AccountId, at.key, at.limit));

    public int CountGroups(string accountId) => Read(accountId, static (rows, id) => rows.Groups.Count(id));

    public Role? FindRole(string accountId, string name) => Cached(caches.Roles, IdentityKey.Of(accountId, name), static (rows, key) => rows.Roles.Find(key));

    public IReadOnlyList<Role> ListRoles(string accountId, string afterName, int limit) =>
        Read((key: IdentityKey.Of(accountId, afterName), limit), static (rows, at) => rows.Roles.List(at.key.AccountId, at.key, at.limit));

    public int CountRoles(string accountId) => Read(accountId, static (rows, id) => rows.Roles.Count(id));

    public ManagedPolicy? FindManagedPolicy(string accountId, string name) => Cached(caches.Policies, IdentityKey.Of(accountId, name), static (rows, key) => rows.Policies.Find(key));

    public IReadOnlyList<ManagedPolicy> ListManagedPolicies(string accountId, string afterName, int limit) =>
        Read((key: IdentityKey.Of(accountId, afterName), limit), static (rows, at) => rows.Policies.List(at.key.AccountId, at.key, at.limit));

    public int CountManagedPolicies(string accountId) => Read(accountId, static (rows, id) => rows.Policies.Count(id));

    public int CountHolders(string accountId, IdentityUse use) => Read((accountId, use), static (rows, at) => rows.IdentityUses.Count(at.accountId, at.use));

    public bool IsHeld(string accountId, IdentityUse use) => Read((accountId, use), static (rows, at) => rows.IdentityUses.Any(at.accountId, at.use));

    public IReadOnlyList<IdentityHolder> ListHolders(string accountId, IdentityUse use, int limit) =>
        Read((accountId, use, limit), static (rows, at) => rows.IdentityUses.List(at.accountId, at.use, at.limit));

    public AuditBlock? FindAuditBlockBefore(long sequence) => Read(sequence, static (rows, at) => rows.Audit.FindBefore(at));

    public AuditBlock? FindAuditBlockAfter(long sequence) => recent.FindAfter(sequence) ?? Read(sequence, static (rows, at) => rows.Audit.FindAfter(at));

    public DateTimeOffset? OldestRecordAt => Read(0, static (rows, _) => rows.Prune.OldestAt());

    public AuditAnchor AuditStart => Read(0, static (rows, _) => rows.Audit.FindAnchor());

    private TRow? Cached<TKey, TRow>(RowCache<TKey, TRow> cache, TKey key, Func<Connection, TKey, TRow?> load)
        where TKey : notnull
        where TRow : class
    {
        if (cache.TryGet(key, out var row))
        {
            return row;
        }

        var version = cache.Version;
        row = Read(key, load);
        return row is null ? null : cache.Add(key, row, version);
    }

    /// <summary>Instances with their newest ports, which may not be in their rows yet.</summary>
    private List<Instance> ReadInstances<TKey>(TKey key, Func<Connection, TKey, List<Instance>> read)
    {
        while (true)
        {
            var version = late.Version;
            var found = Read(key, read);
            for (var at = 0; at < found.Count; at++)
            {
                found[at] = late.With(found[at]);
            }

            if (late.Version == version)
            {
                return found;
            }
        }
    }

    private TResult Read<TKey, TResult>(TKey key, Func<Connection, TKey, TResult> read)
    {
        var connection = pool.Rent();
        try
        {
            return read(connection, key);
        }
        finally
        {
            pool.Return(connection);
        }
    }
}
