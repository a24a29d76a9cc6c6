using System.Text;
using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>Keys of items that belong to a scope or to an account: <c>account/region/name</c> and <c>account/name</c>, the latter in lower case.</summary>
internal static class ItemKey
{
    public static string Of(Scope scope, string name) => $"{scope.AccountId}/{scope.Region}/{name}";

    public static string Of(IdentityKey key) => $"{key.AccountId}/{key.Name}";

    public static (Scope Scope, string Name) ReadScoped(string key)
    {
        var account = key.IndexOf('/', StringComparison.Ordinal);
        var scope = key.IndexOf('/', account + 1);
        return account > 0 && scope > 0 ? (ScopeColumn.Read(Encoding.UTF8.GetBytes(key, 0, scope)), key[(scope + 1)..]) : throw Damaged(key);
    }

    public static (string AccountId, string Name) ReadOwned(string key) => key.Split('/', 2) is [var account, var name] ? (account, name) : throw Damaged(key);

    private static StoreException Damaged(string key) => new($"`{key}` is no key of an item: the database is damaged; restore it from a backup");
}
