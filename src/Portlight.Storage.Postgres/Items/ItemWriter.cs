using System.Text;
using System.Text.Json;
using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>Makes items of the changes of a batch, in their order. By the writer's thread alone.</summary>
/// <param name="mirror">The mirror: what is stored beside what the batch changes.</param>
/// <param name="applied">Up to where the hosts are.</param>
/// <param name="newer">What is written back though nobody here knows it; null for nothing.</param>
internal sealed class ItemWriter(Connection mirror, AppliedWatermark applied, NewerRows? newer = null) : IChangeWriter, IDisposable
{
    private readonly JsonBuffer _json = new();

    public List<Item> Items { get; } = [];

    /// <summary>The revision of the last change of an instance; null without one.</summary>
    public long? Revision { get; private set; }

    public void Clear()
    {
        Items.Clear();
        Revision = null;
    }

    public void Write(InstanceChange change)
    {
        var instance = change.Instance;
        Revision = change.Revision;
        Add(ItemKind.Instance, ItemKey.Of(instance.Scope, instance.Name), Text(instance, InstanceJson.Write), change.IsRemoval, change.Revision);
    }

    public void Write(StaticIp staticIp) => Add(staticIp, isRemoval: false);

    public void Delete(StaticIp staticIp) => Add(staticIp, isRemoval: true);

    public void Write(KeyPair keyPair) => Add(keyPair, isRemoval: false);

    public void Delete(KeyPair keyPair) => Add(keyPair, isRemoval: true);

    public void Write(in OperationChange change) => Add(change.Operation);

    public void DeleteOperation(Guid id) => Add(ItemKind.Operation, id.ToString(), "", isRemoval: true);

    public void Write(Account account) => Add(ItemKind.Account, account.Id, Text(account, ItemJson.Write));

    public void Write(OpenRegion region) => Add(ItemKind.Region, region.Name, Text(region, ItemJson.Write));

    public void Write(Host host) => Add(ItemKind.Host, host.Name, Text(host, HostJson.Write));

    public void Delete(Host host) => Add(ItemKind.Host, host.Name, Text(host, HostJson.Write), isRemoval: true);

    /// <summary>Its operations that fail with it are written one by one: nobody who follows has to know which they were.</summary>
    public void Delete(HostRemoval removal)
    {
        Delete(removal.Host);
        foreach (var operation in mirror.Operations.Awaiting(removal.Host.Name).Where(one => one.AwaitsRevision > applied.Current.Of(removal.Host.Name)))
        {
            Add(operation with { Status = OperationStatus.Failed, StatusChangedAt = removal.At, ErrorCode = removal.ErrorCode, ErrorDetails = removal.Reason });
        }
    }

    public void Write(AccessKey key) => Add(ItemKind.AccessKey, key.Id, Text(key, ItemJson.Write));

    public void Delete(AccessKey key)
    {
        Add(ItemKind.AccessKey, key.Id, Text(key, ItemJson.Write), isRemoval: true);
        Add(ItemKind.AccessKeyUse, key.Id, "", isRemoval: true);
    }

    public void Write(AccessKeyUse use) => Add(ItemKind.AccessKeyUse, use.AccessKeyId, Text(use, ItemJson.Write));

    public void Write(User user, User? before) => Add(ItemKind.User, IdentityTables.Users, user, isRemoval: false);

    public void Delete(User user, User? before) => Add(ItemKind.User, IdentityTables.Users, user, isRemoval: true);

    public void Write(Group group, Group? before) => Add(ItemKind.Group, IdentityTables.Groups, group, isRemoval: false);

    public void Delete(Group group, Group? before) => Add(ItemKind.Group, IdentityTables.Groups, group, isRemoval: true);

    public void Write(Role role, Role? before) => Add(ItemKind.Role, IdentityTables.Roles, role, isRemoval: false);

    public void Delete(Role role, Role? before) => Add(ItemKind.Role, IdentityTables.Roles, role, isRemoval: true);

    public void Write(ManagedPolicy policy) => Add(ItemKind.Policy, IdentityTables.Policies, policy, isRemoval: false);

    public void Delete(ManagedPolicy policy) => Add(ItemKind.Policy, IdentityTables.Policies, policy, isRemoval: true);

    /// <summary>Events have a table of their own.</summary>
    public void Write(AuditEvent recorded)
    {
    }

    /// <summary>Up to where a host is.</summary>
    public void WriteApplied(string host, long revision) => Items.Add(new Item(ItemKind.Applied, host, revision, "", IsRemoval: false));

    public void Dispose() => _json.Dispose();

    private void Add(Operation operation) => Add(ItemKind.Operation, operation.Id.ToString(), Text(operation, OperationJson.Write));

    private void Add(StaticIp ip, bool isRemoval) => Add(ItemKind.StaticIp, ItemKey.Of(ip.Scope, ip.Name), Text(ip, ItemJson.Write), isRemoval);

    private void Add(KeyPair pair, bool isRemoval) => Add(ItemKind.KeyPair, ItemKey.Of(pair.Scope, pair.Name), Text(pair, ItemJson.Write), isRemoval);

    private void Add<TRow>(string kind, IdentityTable<TRow> table, TRow row, bool isRemoval) => Add(kind, ItemKey.Of(table.KeyOf(row)), Text(row, table.Write), isRemoval);

    private void Add(string kind, string key, string body, bool isRemoval = false, long? revision = null) =>
        Items.Add(new Item(kind, key, revision, !isRemoval && FindNewer(kind, key) is { } members ? NewerMembers.Add(body, members) : body, isRemoval));

    /// <summary>What is removed and made anew has nothing of what it had.</summary>
    private string? FindNewer(string kind, string key) =>
        newer?.Find(kind, key) is { } members && !Items.Exists(item => item.IsRemoval && item.Kind == kind && item.Key == key) ? members : null;

    private string Text<T>(T value, Action<Utf8JsonWriter, T> write) => Encoding.UTF8.GetString(_json.Write(value, write));
}
