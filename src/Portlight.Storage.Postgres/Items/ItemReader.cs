using System.Text;
using System.Text.Json;
using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>Makes changes of the items that another store has written.</summary>
internal static class ItemReader
{
    /// <param name="items">The items, in order.</param>
    /// <param name="changes">Where they become changes.</param>
    /// <param name="newer">What a newer server has written and nobody here knows; null where that cannot be kept, and is refused.</param>
    /// <param name="applied">Told up to which revision a host is.</param>
    /// <exception cref="StoreException">An item cannot be read.</exception>
    public static void Read(IEnumerable<Item> items, Changes changes, NewerRows? newer, Action<string, long> applied)
    {
        foreach (var item in items)
        {
            try
            {
                Read(item, changes, newer, applied);
            }
            catch (Exception damage) when (IsDamage(damage))
            {
                throw Damaged(item.Kind, item.Key, damage);
            }
        }
    }

    /// <summary>Reads an instance that goes into an empty mirror.</summary>
    /// <returns>The instance, and its body without what nobody here knows.</returns>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static (Instance Instance, byte[] Body) ReadInstance(string key, long revision, byte[] utf8, NewerRows? newer)
    {
        try
        {
            var scope = ItemKey.ReadScoped(key).Scope;
            if (newer is null)
            {
                return (InstanceJson.Read(utf8, scope, revision), utf8);
            }

            (Instance Instance, byte[] Body) read = default;
            newer.Note(ItemKind.Instance, key, NewerMembers.Read(utf8, known => read = (InstanceJson.Read(known, scope, revision), known)));
            return read;
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            throw Damaged(ItemKind.Instance, key, damage);
        }
    }

    private static bool IsDamage(Exception problem) => problem is JsonException or FormatException or InvalidOperationException or ArgumentException;

    private static StoreException Damaged(string kind, string key, Exception damage) => new($"the {kind} `{key}` cannot be read: the database is damaged, or of a newer portlight", damage);

    private static void Read(in Item item, Changes changes, NewerRows? newer, Action<string, long> applied)
    {
        if (newer is null)
        {
            Read(item, Encoding.UTF8.GetBytes(item.Body), changes, applied);
        }
        else if (!ItemKind.IsKnown(item.Kind))
        {
            newer.NoteKind();
        }
        else
        {
            var read = item;
            var members = NewerMembers.Read(item.Body, utf8 => Read(read, utf8, changes, applied));
            newer.Note(item.Kind, item.Key, item.IsRemoval ? null : members);
        }
    }

    private static void Read(in Item item, byte[] utf8, Changes changes, Action<string, long> applied)
    {
        switch (item.Kind)
        {
            case ItemKind.Instance:
                var revision = item.Revision!.Value;
                changes.Take(revision, InstanceJson.Read(utf8, ItemKey.ReadScoped(item.Key).Scope, revision), item.IsRemoval);
                break;
            case ItemKind.StaticIp:
                var (ipScope, ipName) = ItemKey.ReadScoped(item.Key);
                Take(item, ItemJson.ReadStaticIp(utf8, ipScope, ipName), changes.Save, changes.Remove);
                break;
            case ItemKind.KeyPair:
                var (pairScope, pairName) = ItemKey.ReadScoped(item.Key);
                Take(item, ItemJson.ReadKeyPair(utf8, pairScope, pairName), changes.Save, changes.Remove);
                break;
            case ItemKind.Operation when item.IsRemoval:
                changes.TakeRemoval(Guid.Parse(item.Key));
                break;
            case ItemKind.Operation:
                changes.Save(OperationJson.Read(utf8, Guid.Parse(item.Key)));
                break;
            case ItemKind.Account:
                changes.Save(ItemJson.ReadAccount(utf8, item.Key));
                break;
            case ItemKind.Region:
                changes.Save(ItemJson.ReadRegion(utf8, item.Key));
                break;
            case ItemKind.Host:
                Take(item, HostJson.Read(utf8), changes.Save, changes.TakeRemoval);
                break;
            case ItemKind.AccessKey:
                Take(item, ItemJson.ReadAccessKey(utf8, item.Key), changes.Save, changes.Remove);
                break;
            case ItemKind.AccessKeyUse when item.IsRemoval:
                break; // it goes with its key
            case ItemKind.AccessKeyUse:
                changes.Save(ItemJson.ReadAccessKeyUse(utf8, item.Key));
                break;
            case ItemKind.Applied:
                applied(item.Key, item.Revision!.Value);
                break;
            case ItemKind.Moved:
                throw MoveMarkJson.Read(item.Body).Refusal("the database");
            default:
                ReadIdentity(item, utf8, changes);
                break;
        }
    }

    private static void ReadIdentity(in Item item, ReadOnlySpan<byte> utf8, Changes changes)
    {
        var (account, _) = ItemKey.ReadOwned(item.Key);
        switch (item.Kind)
        {
            case ItemKind.User:
                Take(item, UserJson.Read(utf8, account), changes.Save, changes.Remove);
                break;
            case ItemKind.Group:
                Take(item, GroupJson.Read(utf8, account), changes.Save, changes.Remove);
                break;
            case ItemKind.Role:
                Take(item, RoleJson.Read(utf8, account), changes.Save, changes.Remove);
                break;
            case ItemKind.Policy:
                Take(item, ManagedPolicyJson.Read(utf8, account), changes.Save, changes.Remove);
                break;
            default:
                throw new FormatException($"nothing known as `{item.Kind}`");
        }
    }

    private static void Take<T>(in Item item, T row, Action<T> save, Action<T> remove) => (item.IsRemoval ? remove : save)(row);
}
