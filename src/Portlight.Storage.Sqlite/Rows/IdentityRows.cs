using System.Text.Json;

namespace Portlight.Storage.Sqlite;

/// <summary>One of the tables of identities: a row is an aggregate, its body the whole of it but for the account.</summary>
internal sealed class IdentityRows<TRow>(Database database, JsonBuffer json, IdentityTable<TRow> table)
    where TRow : class
{
    private readonly Statement _find = database.Prepare($"SELECT body, id FROM {table.Name} WHERE account_id = ? AND name_key = ?");
    private readonly Statement _findById = database.Prepare($"SELECT body, id FROM {table.Name} WHERE id = ? AND account_id = ?");
    private readonly Statement _list = database.Prepare($"SELECT body, id FROM {table.Name} WHERE account_id = ? AND name_key > ? ORDER BY name_key LIMIT ?");
    private readonly Statement _all = database.Prepare($"SELECT body, id, account_id FROM {table.Name} ORDER BY account_id, name_key");
    private readonly Statement _count = database.Prepare($"SELECT count(*) FROM {table.Name} WHERE account_id = ?");
    private readonly Statement _delete = database.Prepare($"DELETE FROM {table.Name} WHERE account_id = ? AND name_key = ?");

    // Not OR REPLACE: that would let a row with an id of somebody else take that one away.
    private readonly Statement _write = database.Prepare($"""
        INSERT INTO {table.Name} (account_id, name_key, id, body) VALUES (?, ?, ?, ?)
        ON CONFLICT (account_id, name_key) DO UPDATE SET id = excluded.id, body = excluded.body
        """);

    public TRow? Find(IdentityKey key)
    {
        using var run = _find.Begin();
        run.Bind(key.AccountId);
        run.Bind(key.Name);
        return run.Step() ? Read(run, key.AccountId) : null;
    }

    public TRow? FindById(string accountId, string id)
    {
        using var run = _findById.Begin();
        run.Bind(id);
        run.Bind(accountId);
        return run.Step() ? Read(run, accountId) : null;
    }

    /// <summary>Reads no row.</summary>
    public int Count(string accountId)
    {
        using var run = _count.Begin();
        run.Bind(accountId);
        return run.Step() ? (int)run.Int64(0) : 0;
    }

    public IReadOnlyList<TRow> List(string accountId, IdentityKey after, int limit)
    {
        using var run = _list.Begin();
        run.Bind(accountId);
        run.Bind(after.Name);
        run.Bind(Math.Max(0, limit));
        var found = new List<TRow>();
        while (run.Step())
        {
            found.Add(Read(run, accountId));
        }

        return found;
    }

    /// <summary>Of every account.</summary>
    public IEnumerable<TRow> All()
    {
        using var run = _all.Begin();
        while (run.Step())
        {
            yield return Read(run, run.Text(2));
        }
    }

    public void Write(IdentityKey key, TRow row)
    {
        using var run = _write.Begin();
        run.Bind(key.AccountId);
        run.Bind(key.Name);
        run.Bind(table.IdOf(row));
        run.BindText(json.Write(row, table.Write));
        run.Step();
    }

    public void Delete(IdentityKey key)
    {
        using var run = _delete.Begin();
        run.Bind(key.AccountId);
        run.Bind(key.Name);
        run.Step();
    }

    private TRow Read(in Execution run, string accountId)
    {
        try
        {
            return table.Read(run.Bytes(0), accountId);
        }
        catch (Exception damage) when (damage is JsonException or FormatException or InvalidOperationException)
        {
            throw new StoreException($"the {table.Kind} `{run.Text(1)}` of account `{accountId}` cannot be read: the database is damaged; restore it from a backup", damage);
        }
    }
}
