namespace Portlight.Storage.Sqlite;

/// <summary>The table <c>identity_use</c>: it follows the rows of users, groups and roles, and is written with them.</summary>
internal sealed class IdentityUseRows(Database database)
{
    private readonly Statement count = database.Prepare("SELECT count(*) FROM identity_use WHERE account_id = ? AND target = ?");
    private readonly Statement any = database.Prepare("SELECT 1 FROM identity_use WHERE account_id = ? AND target = ? LIMIT 1");
    private readonly Statement list = database.Prepare("SELECT holder FROM identity_use WHERE account_id = ? AND target = ? ORDER BY holder LIMIT ?");
    private readonly Statement insert = database.Prepare("INSERT OR IGNORE INTO identity_use (account_id, target, holder) VALUES (?, ?, ?)");
    private readonly Statement delete = database.Prepare("DELETE FROM identity_use WHERE account_id = ? AND target = ? AND holder = ?");

    public int Count(string accountId, IdentityUse use)
    {
        using var run = count.Begin();
        run.Bind(accountId);
        run.Bind(use.Target);
        return run.Step() ? (int)run.Int64(0) : 0;
    }

    public bool Any(string accountId, IdentityUse use)
    {
        using var run = any.Begin();
        run.Bind(accountId);
        run.Bind(use.Target);
        return run.Step();
    }

    public IReadOnlyList<IdentityHolder> List(string accountId, IdentityUse use, int limit)
    {
        using var run = list.Begin();
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
            Run(delete, accountId, gone, holder);
        }

        foreach (var made in now.Where(use => !old.Contains(use)))
        {
            Run(insert, accountId, made, holder);
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
