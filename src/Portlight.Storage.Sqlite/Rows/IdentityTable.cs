using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>What tells the tables of users, groups, roles and managed policies apart.</summary>
/// <param name="Name">The table.</param>
/// <param name="Kind">What a row is, for a message.</param>
/// <param name="KeyOf">By what a row is found.</param>
/// <param name="IdOf">The unique id, <c>AIDA…</c>.</param>
/// <param name="Write">Row to body.</param>
/// <param name="Read">Body to row.</param>
internal sealed record IdentityTable<TRow>(
    string Name,
    string Kind,
    Func<TRow, IdentityKey> KeyOf,
    Func<TRow, string> IdOf,
    Action<Utf8JsonWriter, TRow> Write,
    ReadIdentity<TRow> Read);

internal delegate TRow ReadIdentity<TRow>(ReadOnlySpan<byte> utf8, string accountId);

internal static class IdentityTables
{
    public static IdentityTable<User> Users { get; } =
        new("iam_user", "user", user => IdentityKey.Of(user.AccountId, user.Name), user => user.Id, UserJson.Write, UserJson.Read);

    public static IdentityTable<Group> Groups { get; } =
        new("iam_group", "group", group => IdentityKey.Of(group.AccountId, group.Name), group => group.Id, GroupJson.Write, GroupJson.Read);

    public static IdentityTable<Role> Roles { get; } =
        new("iam_role", "role", role => IdentityKey.Of(role.AccountId, role.Name), role => role.Id, RoleJson.Write, RoleJson.Read);

    public static IdentityTable<ManagedPolicy> Policies { get; } =
        new("managed_policy", "policy", policy => IdentityKey.Of(policy.AccountId, policy.Name), policy => policy.Id, ManagedPolicyJson.Write, ManagedPolicyJson.Read);
}
