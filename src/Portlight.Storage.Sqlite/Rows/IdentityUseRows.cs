namespace Portlight.Storage.Sqlite;

/// <summary>The table <c>identity_use</c>: it follows the rows of users, groups and roles, and is written with them.</summary>
internal sealed class IdentityUseRows(Database database)
{
    private readonly Statement _count = database.Prepare("SELECT count(*) FROM identity_use WHERE account_id = ? AND target = ?");
    private readonly Statement _any = database.Prepare("SELECT 1 FROM identity_use WHERE account_id = ? AND target = ? LIMIT 1");
    private readonly Statement _list = database.Prepare("SELECT holder FROM identity_use WHERE account_id = ? AND target = ? ORDER BY holder LIMIT ?");
    private readonly Statement _insert = database.Prepare("INSERT OR IGNORE INTO identity_use (account_id, target, holder) VALUES (?, ?, ?)");
    private readonly Statement _delete = database.Prepare("DELETE FROM identity_use WHERE account_id = ? AND target = ? AND holder = ?");

    public int Count(string accountId, IdentityUse use)
    {
        using var run = _count.Begin();
        run.Bind(accountId);
        run.Bind(use.Target);
        return run.Step() ? (int)run.Int64(0) : 0;
    }

    public bool Any(string accountId, IdentityUse use)
    {
        using var run = _any.Begin();
        run.Bind(accountId);
        run.Bind(use.Target);
        return run.Step();
    }

    public IReadOnlyList<IdentityHolder> List(string accountId, IdentityUse use, int limit)
    {
        using var run = _list.Begin();
        run.Bind(accountId);
        run.Bind(use.Target);
        run.Bind(Math.Max(0, limit));
        var found = new List<IdentityHolder>();
        while (run.Step())
        {
            found.Add(IdentityHolder.Read(run.Text(0)));
        }

        return found;
    }

    public void Write(string accountId, IdentityHolder holder, IEnumerable<IdentityUse> before, IEnumerable<IdentityUse> after)
    {
        var (old, now) = (before.ToHashSet(), after.ToHashSet());
        foreach (var gone in old.Where(use => !now.Contains(use)))
        {
            Run(_delete, accountId, gone, holder);
        }

        foreach (var made in now.Where(use => !old.Contains(use)))
        {
            Run(_insert, accountId, made, holder);
        }
    }

    private static void Run(Statement statement, string accountId, IdentityUse use, IdentityHolder holder)
    {
        using var run = statement.Begin();
        run.Bind(accountId);
        run.Bind(use.Target);
        run.Bind(holder.Text);
        run.Step();
    }
}
