using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>
/// A new history in the place of the one that servers have followed: after it, none of them finds its last batch any more, so none writes or reads on, and each begins anew
/// from what is stored.
/// </summary>
internal static class LogHistory
{
    /// <summary>Two on: a server that has followed to the end before looks for the next position, and must not find one.</summary>
    public const int Step = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The head is locked. A session whose program has just ended is given a moment to go.</summary>
    /// <exception cref="StoreException">Somebody else is connected to the database with the same role.</exception>
    public static void RequireNobodyElse(LogConnection connection)
    {
        using var pause = new ManualResetEventSlim();
        var began = TimeProvider.System.GetTimestamp();
        var others = connection.Run(FindOthers);
        while (others.Count > 0 && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            pause.Wait(Pause);
            others = connection.Run(FindOthers);
        }

        if (others.Count > 0)
        {
            throw new StoreException($"the database is in use ({string.Join(", ", others)}): stop every server of it (the ports stay as they are), run this again, start them");
        }
    }

    private static List<string> FindOthers(NpgsqlConnection connection)
    {
        // A transaction sees the sessions that there were at its first look, until it says that it looks again.
        using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SELECT pg_stat_clear_snapshot()"),
                new NpgsqlBatchCommand("""
                    SELECT DISTINCT coalesce(nullif(application_name, ''), 'a program without a name') || ' from ' || coalesce(host(client_addr), 'this machine') FROM pg_stat_activity
                    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid() ORDER BY 1
                    """),
            },
        };
        using var reader = batch.ExecuteReader();
        reader.NextResult();
        var found = new List<string>();
        while (reader.Read())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    /// <summary>The statements; the head is locked.</summary>
    /// <param name="to">Where they are added.</param>
    /// <param name="end">The end that the lock has found; revision and index of it stay.</param>
    /// <param name="commits">Whether the commit follows at once.</param>
    public static LogEnd AddNew(NpgsqlBatch to, LogEnd end, bool commits)
    {
        var anew = end with { Position = end.Position + Step, Batch = Guid.CreateVersion7() };
        LogStatements.AddHistory(to, anew);
        if (commits)
        {
            to.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        }

        return anew;
    }
}
