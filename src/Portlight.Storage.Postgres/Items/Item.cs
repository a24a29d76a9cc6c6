namespace Portlight.Storage.Postgres;

/// <summary>One thing that is stored, as the table <c>item</c> has it: the truth, of which every mirror has a copy.</summary>
/// <param name="Kind">What it is, one of <see cref="ItemKind"/>.</param>
/// <param name="Key">What tells it from others of the kind.</param>
/// <param name="Revision">The revision of an instance, or up to where a host is; null for everything else.</param>
/// <param name="Body">JSON; of what is removed, as it was last.</param>
/// <param name="IsRemoval">Whether it is removed.</param>
internal readonly record struct Item(string Kind, string Key, long? Revision, string Body, bool IsRemoval);

/// <summary>Kinds of items. Persisted: never renamed.</summary>
internal static class ItemKind
{
    public const string Instance = "instance";
    public const string StaticIp = "static_ip";
    public const string KeyPair = "key_pair";
    public const string Operation = "operation";
    public const string Account = "account";
    public const string Region = "region";
    public const string Host = "host";
    public const string AccessKey = "access_key";
    public const string AccessKeyUse = "access_key_use";
    public const string User = "user";
    public const string Group = "group";
    public const string Role = "role";
    public const string Policy = "policy";

    /// <summary>Up to which revision the kernel of a host is; the key is the host.</summary>
    public const string Applied = "applied";

    /// <summary>That what is stored has moved elsewhere; with it no server starts.</summary>
    public const string Moved = "moved";

    /// <summary>Whether this version knows the kind.</summary>
    public static bool IsKnown(string kind) => kind is Instance or StaticIp or KeyPair or Operation or Account or Region or Host or AccessKey or AccessKeyUse or User or Group or Role or Policy or Applied or Moved;
}
