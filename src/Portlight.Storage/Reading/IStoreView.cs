using System.Net;
using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>Reads. While a write is prepared: what the writes before it leave, without its own changes.</summary>
public interface IStoreView : IAuditView
{
    /// <summary>Revision up to which the kernel of a host holds what is stored of it; 0 when it has confirmed nothing yet.</summary>
    long AppliedOn(string host);

    /// <summary>The newest revision that an operation awaits, or has awaited, of a host that is not the server's own machine; 0 for none, and for one whose records are forgotten.</summary>
    long NewestAwaitedOn(string host);

    Instance? FindInstance(Scope scope, string name);

    /// <summary>Instances in order of <see cref="Instance.Index"/>.</summary>
    IReadOnlyList<Instance> ListInstances(Scope scope, long afterIndex, int limit);

    /// <summary>Every instance of every scope, in order of index.</summary>
    IReadOnlyList<Instance> AllInstances();

    /// <summary>Instances of every scope, in order of index, those after one.</summary>
    IReadOnlyList<Instance> ListInstances(long afterIndex, int limit);

    /// <summary>How many there are, of every scope; reads none of them.</summary>
    int CountInstances();

    /// <summary>Every instance with a change that waits to be confirmed, or with rules that expire, in order of index. Reads no other instance.</summary>
    IReadOnlyList<Instance> ListWithDeadlines();

    /// <summary>
    /// Every instance, of every scope, that is attached to an interface or to this machine, or was before a change that waits to be confirmed; in order of index.
    /// Reads no other instance.
    /// </summary>
    IReadOnlyList<Instance> ListAttached();

    /// <summary>Every instance of one host, of every scope, in order of index; but for those of the server's own machine it reads no other.</summary>
    IReadOnlyList<Instance> ListInstancesOn(string host);

    /// <summary>How many there are; like every count, it reads no row.</summary>
    int CountInstances(Scope scope);

    StaticIp? FindStaticIp(Scope scope, string name);

    /// <summary>Static IPs in order of name (ordinal).</summary>
    IReadOnlyList<StaticIp> ListStaticIps(Scope scope, string afterName, int limit);

    int CountStaticIps(Scope scope);

    KeyPair? FindKeyPair(Scope scope, string name);

    /// <summary>Key pairs in order of name (ordinal).</summary>
    IReadOnlyList<KeyPair> ListKeyPairs(Scope scope, string afterName, int limit);

    int CountKeyPairs(Scope scope);

    /// <summary>Every key pair of every scope.</summary>
    IReadOnlyList<KeyPair> AllKeyPairs();

    /// <summary>Whether an instance, a static IP or a key pair of the scope has the name: they share one namespace.</summary>
    bool IsNameTaken(Scope scope, string name);

    /// <summary>The names of instances, static IPs and key pairs of the scope in order (ordinal). Reads nothing else of them.</summary>
    IReadOnlyList<string> ListNames(Scope scope, string afterName, int limit);

    /// <summary>Whether an instance or static IP of any scope has the address, public or private.</summary>
    bool IsAddressTaken(IPAddress address);

    /// <summary>An operation; one that awaits an applied revision reads as <c>Succeeded</c>.</summary>
    Operation? FindOperation(Scope scope, Guid id);

    /// <summary>Operations, the last that was written first, from after <paramref name="before"/>; null starts at the newest.</summary>
    /// <exception cref="ArgumentException"><paramref name="before"/> is no <see cref="OperationPage.Next"/>; <see cref="OperationPage.IsToken"/> tells.</exception>
    OperationPage ListOperations(Scope scope, string? resourceName, string? before, int limit);

    Account? FindAccount(string id);

    IReadOnlyList<Account> ListAccounts();

    OpenRegion? FindRegion(string name);

    IReadOnlyList<OpenRegion> ListRegions();

    Host? FindHost(string name);

    /// <summary>The host that has a token with this id, used or not.</summary>
    Host? FindHostOfToken(string tokenId);

    /// <summary>Hosts in order of name (ordinal), those after a name.</summary>
    IReadOnlyList<Host> ListHosts(string afterName = "", int limit = int.MaxValue);

    AccessKey? FindAccessKey(string id);

    IReadOnlyList<AccessKey> ListAccessKeys(string accountId);

    /// <summary>The keys of a user, whose name is found whatever its case, or of the root for null; in order of id.</summary>
    IReadOnlyList<AccessKey> ListAccessKeysOf(string accountId, string? userName);

    /// <summary>Every access key of every account.</summary>
    IReadOnlyList<AccessKey> AllAccessKeys();

    /// <summary>When the key was last used; null for never.</summary>
    AccessKeyUse? FindAccessKeyUse(string accessKeyId);

    /// <summary>A user by name, which is found whatever its case. As long as a user, group, role or policy has not changed, it mostly is the same object.</summary>
    User? FindUser(string accountId, string name);

    /// <summary>A user by its unique id, whatever its name; not remembered, for what is asked seldom.</summary>
    User? FindUserById(string accountId, string id);

    /// <summary>Users in order of name (ordinal, by lower case), those after a name.</summary>
    IReadOnlyList<User> ListUsers(string accountId, string afterName = "", int limit = int.MaxValue);

    int CountUsers(string accountId);

    Group? FindGroup(string accountId, string name);

    IReadOnlyList<Group> ListGroups(string accountId, string afterName = "", int limit = int.MaxValue);

    int CountGroups(string accountId);

    Role? FindRole(string accountId, string name);

    IReadOnlyList<Role> ListRoles(string accountId, string afterName = "", int limit = int.MaxValue);

    int CountRoles(string accountId);

    ManagedPolicy? FindManagedPolicy(string accountId, string name);

    IReadOnlyList<ManagedPolicy> ListManagedPolicies(string accountId, string afterName = "", int limit = int.MaxValue);

    int CountManagedPolicies(string accountId);

    /// <summary>How many users, groups and roles are in a group, have a policy attached or are bounded by it. Reads none of them.</summary>
    int CountHolders(string accountId, IdentityUse use);

    /// <summary>Whether there is one.</summary>
    bool IsHeld(string accountId, IdentityUse use);

    /// <summary>Which they are: groups, roles, users, each in order of name.</summary>
    IReadOnlyList<IdentityHolder> ListHolders(string accountId, IdentityUse use, int limit);

    /// <summary>When the oldest operation was made; null without any.</summary>
    DateTimeOffset? OldestRecordAt { get; }
}

/// <summary>A page of operations. <see cref="Next"/> goes into the next call; null when there are no more.</summary>
public sealed record OperationPage(IReadOnlyList<Operation> Operations, string? Next)
{
    /// <summary>Whether a text has the form of <see cref="Next"/>, for a token that comes back from a caller.</summary>
    public static bool IsToken(string? text) => OperationPosition.TryParse(text, out _);
}
