using System.Net;
using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>
/// What a write that is being prepared sees: rows as the writes before it leave them, durable yet or not, and of everything else what is durable. Whatever it is
/// asked for, the plan rests on. How far the kernel is, when keys were used and the audit log are read as they are: no write rests on them.
/// </summary>
internal sealed class PlanView(IStoreView committed, CommitOrder order, Plan plan) : IStoreView
{
    public long AppliedOn(string host) => committed.AppliedOn(host);

    public long NewestAwaitedOn(string host) => committed.NewestAwaitedOn(host);

    public DateTimeOffset? OldestRecordAt => committed.OldestRecordAt;

    public AuditAnchor AuditStart => committed.AuditStart;

    public Instance? FindInstance(Scope scope, string name) => IsPending<Instance>(Subject.Resource(scope, name), out var row) ? row : committed.FindInstance(scope, name);

    public IReadOnlyList<Instance> ListInstances(Scope scope, long afterIndex, int limit) => All(SubjectKind.Resource).ListInstances(scope, afterIndex, limit);

    public IReadOnlyList<Instance> AllInstances() => All(SubjectKind.Resource).AllInstances();

    public IReadOnlyList<Instance> ListInstances(long afterIndex, int limit) => All(SubjectKind.Resource).ListInstances(afterIndex, limit);

    public int CountInstances() => All(SubjectKind.Resource).CountInstances();

    public IReadOnlyList<Instance> ListWithDeadlines() => Set(Subject.Attachments).ListWithDeadlines();

    public IReadOnlyList<Instance> ListAttached() => Set(Subject.Attachments).ListAttached();

    public IReadOnlyList<Instance> ListInstancesOn(string host) => All(SubjectKind.Resource).ListInstancesOn(host);

    public int CountInstances(Scope scope) => Set(Subject.Count(scope, ResourceType.Instance)).CountInstances(scope);

    public StaticIp? FindStaticIp(Scope scope, string name) => IsPending<StaticIp>(Subject.Resource(scope, name), out var row) ? row : committed.FindStaticIp(scope, name);

    public IReadOnlyList<StaticIp> ListStaticIps(Scope scope, string afterName, int limit) => All(SubjectKind.Resource).ListStaticIps(scope, afterName, limit);

    public int CountStaticIps(Scope scope) => Set(Subject.Count(scope, ResourceType.StaticIp)).CountStaticIps(scope);

    public KeyPair? FindKeyPair(Scope scope, string name) => IsPending<KeyPair>(Subject.Resource(scope, name), out var row) ? row : committed.FindKeyPair(scope, name);

    public IReadOnlyList<KeyPair> ListKeyPairs(Scope scope, string afterName, int limit) => All(SubjectKind.Resource).ListKeyPairs(scope, afterName, limit);

    public int CountKeyPairs(Scope scope) => Set(Subject.Count(scope, ResourceType.KeyPair)).CountKeyPairs(scope);

    public IReadOnlyList<KeyPair> AllKeyPairs() => All(SubjectKind.Resource).AllKeyPairs();

    public bool IsNameTaken(Scope scope, string name) => IsPending<object>(Subject.Resource(scope, name), out var row) ? row is not null : committed.IsNameTaken(scope, name);

    public IReadOnlyList<string> ListNames(Scope scope, string afterName, int limit) => All(SubjectKind.Resource).ListNames(scope, afterName, limit);

    public bool IsAddressTaken(IPAddress address) => Set(Subject.Address(address)).IsAddressTaken(address);

    public Operation? FindOperation(Scope scope, Guid id) => All(SubjectKind.OperationsOf).FindOperation(scope, id);

    public OperationPage ListOperations(Scope scope, string? resourceName, string? before, int limit) =>
        (resourceName is null ? All(SubjectKind.OperationsOf) : Set(Subject.OperationsOf(scope, resourceName))).ListOperations(scope, resourceName, before, limit);

    public Account? FindAccount(string id) => IsPending<Account>(Subject.Identity(SubjectKind.Account, "", id), out var row) ? row : committed.FindAccount(id);

    public IReadOnlyList<Account> ListAccounts() => All(SubjectKind.Account).ListAccounts();

    public OpenRegion? FindRegion(string name) => IsPending<OpenRegion>(Subject.Identity(SubjectKind.Region, "", name), out var row) ? row : committed.FindRegion(name);

    public IReadOnlyList<OpenRegion> ListRegions() => All(SubjectKind.Region).ListRegions();

    public Host? FindHost(string name) => IsPending<Host>(Subject.Identity(SubjectKind.Host, "", name), out var row) ? row : committed.FindHost(name);

    public Host? FindHostOfToken(string tokenId) => All(SubjectKind.Host).FindHostOfToken(tokenId);

    public IReadOnlyList<Host> ListHosts(string afterName, int limit) => All(SubjectKind.Host).ListHosts(afterName, limit);

    public AccessKey? FindAccessKey(string id) => IsPending<AccessKey>(new Subject(SubjectKind.AccessKey, "", id), out var row) ? row : committed.FindAccessKey(id);

    public IReadOnlyList<AccessKey> ListAccessKeys(string accountId) => All(SubjectKind.AccessKey).ListAccessKeys(accountId);

    public IReadOnlyList<AccessKey> ListAccessKeysOf(string accountId, string? userName) => Set(Subject.KeysOf(accountId, userName)).ListAccessKeysOf(accountId, userName);

    public IReadOnlyList<AccessKey> AllAccessKeys() => All(SubjectKind.AccessKey).AllAccessKeys();

    public AccessKeyUse? FindAccessKeyUse(string accessKeyId) => committed.FindAccessKeyUse(accessKeyId);

    public User? FindUser(string accountId, string name) => IsPending<User>(Subject.Identity(SubjectKind.User, accountId, name), out var row) ? row : committed.FindUser(accountId, name);

    public User? FindUserById(string accountId, string id) => All(SubjectKind.User).FindUserById(accountId, id);

    public IReadOnlyList<User> ListUsers(string accountId, string afterName, int limit) => All(SubjectKind.User).ListUsers(accountId, afterName, limit);

    public int CountUsers(string accountId) => Set(Subject.Count(SubjectKind.User, accountId)).CountUsers(accountId);

    public Group? FindGroup(string accountId, string name) => IsPending<Group>(Subject.Identity(SubjectKind.Group, accountId, name), out var row) ? row : committed.FindGroup(accountId, name);

    public IReadOnlyList<Group> ListGroups(string accountId, string afterName, int limit) => All(SubjectKind.Group).ListGroups(accountId, afterName, limit);

    public int CountGroups(string accountId) => Set(Subject.Count(SubjectKind.Group, accountId)).CountGroups(accountId);

    public Role? FindRole(string accountId, string name) => IsPending<Role>(Subject.Identity(SubjectKind.Role, accountId, name), out var row) ? row : committed.FindRole(accountId, name);

    public IReadOnlyList<Role> ListRoles(string accountId, string afterName, int limit) => All(SubjectKind.Role).ListRoles(accountId, afterName, limit);

    public int CountRoles(string accountId) => Set(Subject.Count(SubjectKind.Role, accountId)).CountRoles(accountId);

    public ManagedPolicy? FindManagedPolicy(string accountId, string name) =>
        IsPending<ManagedPolicy>(Subject.Identity(SubjectKind.Policy, accountId, name), out var row) ? row : committed.FindManagedPolicy(accountId, name);

    public IReadOnlyList<ManagedPolicy> ListManagedPolicies(string accountId, string afterName, int limit) => All(SubjectKind.Policy).ListManagedPolicies(accountId, afterName, limit);

    public int CountManagedPolicies(string accountId) => Set(Subject.Count(SubjectKind.Policy, accountId)).CountManagedPolicies(accountId);

    public int CountHolders(string accountId, IdentityUse use) => Set(Subject.Use(accountId, use)).CountHolders(accountId, use);

    public bool IsHeld(string accountId, IdentityUse use) => Set(Subject.Use(accountId, use)).IsHeld(accountId, use);

    public IReadOnlyList<IdentityHolder> ListHolders(string accountId, IdentityUse use, int limit) => Set(Subject.Use(accountId, use)).ListHolders(accountId, use, limit);

    public AuditBlock? FindAuditBlockBefore(long sequence) => committed.FindAuditBlockBefore(sequence);

    public AuditBlock? FindAuditBlockAfter(long sequence) => committed.FindAuditBlockAfter(sequence);

    /// <summary>
    /// Notes that the plan rests on a row. Whether a write that is on its way leaves it: then <paramref name="row"/> is it, or null when it will be gone; else what
    /// is durable counts, and is to be read after this.
    /// </summary>
    private bool IsPending<TRow>(in Subject subject, out TRow? row)
        where TRow : class
    {
        // The place first: what is read afterwards is no older.
        var durable = order.Durable;
        if (order.TryGetPending(subject, out var pending))
        {
            plan.Note(new Rest(subject, pending.Version, IsDurable: false));
            row = pending.Row as TRow;
            return true;
        }

        plan.Note(new Rest(subject, durable, IsDurable: false));
        row = null;
        return false;
    }

    /// <summary>Notes that the plan rests on a set; what is durable of it is to be read after this.</summary>
    private IStoreView Set(in Subject subject)
    {
        plan.Note(new Rest(subject, order.Durable, IsDurable: true));
        return committed;
    }

    private IStoreView All(SubjectKind kind) => Set(Subject.All(kind));
}
