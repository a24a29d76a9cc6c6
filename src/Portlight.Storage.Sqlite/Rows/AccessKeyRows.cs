using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The tables <c>access_key</c> and <c>access_key_use</c>. They are apart because a use is written often and makes no cached key stale.</summary>
internal sealed class AccessKeyRows(Database database)
{
    private const string Columns = "id, account_id, user_name, sealed_secret, is_active, created_at, user_id";

    private readonly Statement _find = database.Prepare($"SELECT {Columns} FROM access_key WHERE id = ?");
    private readonly Statement _list = database.Prepare($"SELECT {Columns} FROM access_key WHERE account_id = ? ORDER BY id");
    private readonly Statement _ofUser = database.Prepare($"SELECT {Columns} FROM access_key WHERE account_id = ? AND user_name = ? COLLATE NOCASE ORDER BY id");
    private readonly Statement _ofRoot = database.Prepare($"SELECT {Columns} FROM access_key WHERE account_id = ? AND user_name IS NULL ORDER BY id");
    private readonly Statement _all = database.Prepare($"SELECT {Columns} FROM access_key ORDER BY id");
    private readonly Statement _write = database.Prepare($"INSERT OR REPLACE INTO access_key ({Columns}) VALUES (?, ?, ?, ?, ?, ?, ?)");
    private readonly Statement _delete = database.Prepare("DELETE FROM access_key WHERE id = ?");
    private readonly Statement _findUse = database.Prepare("SELECT access_key_id, at, service, region FROM access_key_use WHERE access_key_id = ?");
    private readonly Statement _allUses = database.Prepare("SELECT access_key_id, at, service, region FROM access_key_use ORDER BY access_key_id");
    private readonly Statement _deleteUse = database.Prepare("DELETE FROM access_key_use WHERE access_key_id = ?");

    // A use that was noted while its key was being deleted leaves nothing behind.
    private readonly Statement _writeUse = database.Prepare("""
        INSERT OR REPLACE INTO access_key_use (access_key_id, at, service, region)
        SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM access_key WHERE id = ?1)
        """);

    public AccessKey? Find(string id)
    {
        using var run = _find.Begin();
        run.Bind(id);
        return run.Step() ? Read(run) : null;
    }

    public IReadOnlyList<AccessKey> List(string accountId)
    {
        using var run = _list.Begin();
        run.Bind(accountId);
        return ReadAll(run);
    }

    /// <param name="accountId">The account.</param>
    /// <param name="userName">A user, whatever its case; null for the root.</param>
    public IReadOnlyList<AccessKey> ListOf(string accountId, string? userName)
    {
        using var run = (userName is null ? _ofRoot : _ofUser).Begin();
        run.Bind(accountId);
        if (userName is not null)
        {
            run.Bind(userName);
        }

        return ReadAll(run);
    }

    public IReadOnlyList<AccessKey> All()
    {
        using var run = _all.Begin();
        return ReadAll(run);
    }

    public void Write(AccessKey key)
    {
        using var run = _write.Begin();
        run.Bind(key.Id);
        run.Bind(key.AccountId);
        run.Bind(key.UserName);
        run.BindBlob(key.SealedSecret);
        run.Bind(key.IsActive);
        run.Bind(key.CreatedAt);
        run.Bind(key.UserId);
        run.Step();
    }

    public void Delete(string id)
    {
        Run(_delete, id);
        Run(_deleteUse, id);
    }

    public AccessKeyUse? FindUse(string id)
    {
        using var run = _findUse.Begin();
        run.Bind(id);
        return run.Step() ? ReadUse(run) : null;
    }

    /// <summary>Of every key that was used.</summary>
    public IEnumerable<AccessKeyUse> AllUses()
    {
        using var run = _allUses.Begin();
        while (run.Step())
        {
            yield return ReadUse(run);
        }
    }

    public void Write(AccessKeyUse use)
    {
        using var run = _writeUse.Begin();
        run.Bind(use.AccessKeyId);
        run.Bind(use.At);
        run.Bind(use.Service);
        run.Bind(use.Region);
        run.Step();
    }

    private static void Run(Statement statement, string id)
    {
        using var run = statement.Begin();
        run.Bind(id);
        run.Step();
    }

    private static List<AccessKey> ReadAll(in Execution run)
    {
        var found = new List<AccessKey>();
        while (run.Step())
        {
            found.Add(Read(run));
        }

        return found;
    }

    private static AccessKeyUse ReadUse(in Execution run) => new(run.Text(0), run.Time(1), run.Text(2), run.Text(3));

    private static AccessKey Read(in Execution run) =>
        new(run.Text(0), run.Text(1), run.TextOrNull(2), run.Bytes(3).ToArray(), run.Flag(4), run.Time(5)) { UserId = run.TextOrNull(6) };
}
