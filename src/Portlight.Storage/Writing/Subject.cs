using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>What a plan can rest on and a write can touch.</summary>
internal enum SubjectKind
{
    /// <summary>An instance, static IP or key pair by its name, there or not: they share one namespace.</summary>
    Resource,

    /// <summary>How many instances, static IPs or key pairs a scope has.</summary>
    ResourceCount,

    /// <summary>An address, in use or not.</summary>
    Address,

    /// <summary>Which instances are attached, and each of them.</summary>
    Attachments,

    /// <summary>The operations of one resource.</summary>
    OperationsOf,
    Account,
    Region,
    Host,
    AccessKey,

    /// <summary>The access keys of a user or of a root.</summary>
    KeysOf,
    User,
    Group,
    Role,
    Policy,

    /// <summary>How many users, groups, roles or policies an account has.</summary>
    IdentityCount,

    /// <summary>The members of a group, or the holders of a policy.</summary>
    Use,
}

/// <summary>
/// One thing that a write can rest on: a row by its key, there or not, or a set of rows. Its version is the number of the last write that touched it
/// (<see cref="CommitOrder"/>).
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Owner">The account; empty for what belongs to none.</param>
/// <param name="Name">Its key; <see cref="Everything"/> for all of the kind, in every account.</param>
/// <param name="Region">The region of a resource.</param>
internal readonly record struct Subject(SubjectKind Kind, string Owner, string Name, string Region = "")
{
    /// <summary>No key is empty.</summary>
    private const string Everything = "";

    public bool IsEverything => Name.Length == 0 && Owner.Length == 0;

    /// <summary>Everything of a kind: touched by every write of it.</summary>
    public static Subject All(SubjectKind kind) => new(kind, "", Everything);

    public static Subject Resource(Scope scope, string name) => new(SubjectKind.Resource, scope.AccountId, name, scope.Region);

    public static Subject Count(Scope scope, ResourceType type) => new(SubjectKind.ResourceCount, scope.AccountId, type.ToString(), scope.Region);

    public static Subject Count(SubjectKind kind, string accountId) => new(SubjectKind.IdentityCount, accountId, kind.ToString());

    public static Subject OperationsOf(Scope scope, string resourceName) => new(SubjectKind.OperationsOf, scope.AccountId, resourceName, scope.Region);

    public static Subject Address(System.Net.IPAddress address) => new(SubjectKind.Address, "", address.ToString());

    public static Subject Attachments { get; } = new(SubjectKind.Attachments, "", "attachments");

    public static Subject Identity(SubjectKind kind, string accountId, string name) => new(kind, accountId, name.ToLowerInvariant());

    public static Subject KeysOf(string accountId, string? userName) => new(SubjectKind.KeysOf, accountId, userName is null ? "root/" : "user/" + userName.ToLowerInvariant());

    public static Subject Use(string accountId, IdentityUse use) => new(SubjectKind.Use, accountId, use.Target);
}

/// <summary>That a plan has read a subject.</summary>
/// <param name="Subject">What was read.</param>
/// <param name="Version">No older than what was read: it holds as long as the subject has not been touched by a later write.</param>
/// <param name="IsDurable">Whether only what is durable was looked at; else what is still on its way to the disk was seen too.</param>
internal readonly record struct Rest(Subject Subject, long Version, bool IsDurable);
