namespace Portlight.Storage.Sqlite;

/// <summary>How a user, group, role or managed policy is found: IAM tells names apart whatever their case, and shows them as they were written.</summary>
internal readonly record struct IdentityKey
{
    private IdentityKey(string accountId, string name) => (AccountId, Name) = (accountId, name);

    public string AccountId { get; }

    /// <summary>In lower case.</summary>
    public string Name { get; }

    public static IdentityKey Of(string accountId, string name) => new(accountId, name.ToLowerInvariant());
}
