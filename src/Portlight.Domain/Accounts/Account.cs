namespace Portlight.Domain;

/// <summary>Where an account is in its life.</summary>
public enum AccountState
{
    /// <summary>Made, but its default key pairs and address ranges are not ready yet.</summary>
    SettingUp,
    Active,
    Closed,
}

/// <summary>An account of this installation: 12 digits. The first one owns the installation and may administer it.</summary>
public sealed record Account(string Id, AccountState State, bool IsOwner, DateTimeOffset CreatedAt)
{
    public AddressBook Book { get; init; } = AddressBook.Empty;
}

/// <summary>A region that this installation has opened; <see cref="IsReady"/> once every account has what it needs there.</summary>
public sealed record OpenRegion(string Name, bool IsReady, DateTimeOffset OpenedAt);

/// <summary>
/// An access key. The secret is sealed by the store's key file. <see cref="UserName"/> is null for the account's root key.
/// </summary>
public sealed record AccessKey(string Id, string AccountId, string? UserName, byte[] SealedSecret, bool IsActive, DateTimeOffset CreatedAt)
{
    /// <summary>The unique id of the user, which tells it from another of the same name; null for the account's root key.</summary>
    public string? UserId { get; init; }
}
