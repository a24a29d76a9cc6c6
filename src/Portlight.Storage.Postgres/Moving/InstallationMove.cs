using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// Moves an installation from a file of SQLite into a database that servers share, and back; no server runs at either end. Both ends are compared before anything
/// counts. There is no moment at which a server could start at both: the end that it leaves is marked before, or in the same commit as, the other is whole. A move
/// that was cut off is run again: it finds what has been done, or begins anew. Why so: docs/decisions/0107-moving-between-stores.md.
/// </summary>
public static class InstallationMove
{
    /// <summary>From a file into a database, which is empty or has an installation that has moved away.</summary>
    /// <param name="file">The file.</param>
    /// <param name="connectionText">The database.</param>
    /// <param name="isDryRun">Does everything and undoes it: neither end is changed.</param>
    /// <param name="told">Told what was written, every now and then: what, how many.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreException">
    /// Nothing has moved; or, with <see cref="StoreException.IsOutcomeUnknown"/>, nobody knows: neither end is opened then before the move is run again.
    /// </exception>
    public static MoveReport ToDatabase(string file, string connectionText, bool isDryRun, Action<string, long> told, TimeProvider time)
    {
        using var from = HeldFile.Take(file);
        RequireThere(from);
        using var to = HeldLog.Take(connectionText);
        if (from.FindMark() is { } mark)
        {
            if (!mark.IsArriving && to.HasBatch(mark.Id))
            {
                using var had = to.Read();
                var report = MoveReport.Of(had.Sum(), isFinishedBefore: true);
                to.Confirm();
                return report;
            }

            // The head is locked: a commit that was on its way would have been waited for.
            RequireRoom(to, mark.Refusal($"`{file}`"));
            RequireNothingArriving(mark, file);
            if (isDryRun)
            {
                throw new StoreException($"`{file}` has the mark of a move that was cut off; run the move itself, which begins it anew");
            }

            from.ClearMark();
        }

        RequireRoom(to, null);
        using var rows = from.Open();
        var contents = to.Replace(rows, told);
        using (var written = to.Read())
        {
            RequireSame(contents, written.Sum());
        }

        if (!isDryRun)
        {
            MovedFile.Write(rows.Database, new MoveMark(to.After.Batch, HeldLog.PlaceOf(connectionText), time.GetUtcNow(), IsArriving: false));
            try
            {
                to.Commit();
            }
            catch (StoreException failure) when (!failure.IsOutcomeUnknown)
            {
                MovedFile.Clear(rows.Database);
                throw;
            }
        }

        return MoveReport.Of(contents, isFinishedBefore: false);
    }

    /// <summary>From a database into a file, where there is none or one whose installation has moved away.</summary>
    /// <param name="connectionText">The database.</param>
    /// <param name="file">The file; its directory is there.</param>
    /// <param name="isDryRun">Does everything and undoes it: neither end is changed.</param>
    /// <param name="told">Told what was read, every now and then: what, how many.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreException">As for <see cref="ToDatabase"/>.</exception>
    public static MoveReport ToFile(string connectionText, string file, bool isDryRun, Action<string, long> told, TimeProvider time)
    {
        using var to = HeldFile.Take(file);
        var there = to.FindMark();
        if (to.Exists && there is null)
        {
            throw new StoreException($"`{file}` has an installation of its own; name another directory");
        }

        using var from = HeldLog.Take(connectionText);
        if (from.FindMark() is { } moved)
        {
            if (there is not { IsArriving: true } || there.Id != moved.Id)
            {
                throw moved.Refusal("the database");
            }

            // Its commit may have been confirmed to nobody: this one waits for the standby.
            from.Mark(moved);
            from.Commit();
            to.ClearMark();
            return MoveReport.Of(Sum(file), isFinishedBefore: true);
        }

        RequireInstallation(from);
        from.RequireNobodyElse();
        var draft = file + ".arriving";
        Remove(draft);
        try
        {
            var mark = new MoveMark(Guid.CreateVersion7(), HeldLog.PlaceOf(connectionText), time.GetUtcNow(), IsArriving: true);
            var contents = Write(from, draft, mark, told, time);
            if (!isDryRun)
            {
                to.Replace(draft);
                from.Mark(mark with { Place = Path.GetDirectoryName(Path.GetFullPath(file))!, IsArriving = false });
                from.Commit();
                to.ClearMark();
            }

            return MoveReport.Of(contents, isFinishedBefore: false);
        }
        finally
        {
            Remove(draft);
        }
    }

    /// <summary>Puts what a file has into a database: a backup that is restored. Servers of the database find that its history has ended, and begin anew.</summary>
    /// <param name="file">The file, which nobody else has.</param>
    /// <param name="connectionText">The database.</param>
    /// <param name="replaces">Whether an installation that is there is lost.</param>
    /// <exception cref="StoreException">As for <see cref="ToDatabase"/>.</exception>
    public static MoveReport Restore(string file, string connectionText, bool replaces)
    {
        using var from = HeldFile.Take(file);
        using var to = HeldLog.Take(connectionText);
        if (!replaces)
        {
            RequireRoom(to, null);
        }

        using var rows = from.Open();
        var contents = to.Replace(rows, static (_, _) => { });
        using (var written = to.Read())
        {
            RequireSame(contents, written.Sum());
        }

        to.Commit();
        return MoveReport.Of(contents, isFinishedBefore: false);
    }

    /// <summary>Goes back to the file as it was when it moved. What was written in the database since is lost; it is marked, so that no server starts on it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="connectionText">The database; null when it is gone for good, and then nobody can tell what is lost.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreException">Nothing is undone; it may be tried again.</exception>
    public static UndoReport Undo(string file, string? connectionText, TimeProvider time)
    {
        using var here = HeldFile.Take(file);
        RequireThere(here);
        var mark = here.FindMark() ?? throw new StoreException($"the installation of `{file}` has not moved");
        RequireNothingArriving(mark, file);
        var lost = new UndoReport(null, null);
        if (connectionText is not null)
        {
            if (HeldLog.PlaceOf(connectionText) is var named && named != mark.Place)
            {
                throw new StoreException($"the installation of `{file}` has moved to {mark.Place}, and {named} was named");
            }

            using var there = HeldLog.Take(connectionText);
            there.RequireNobodyElse();
            lost = Compare(file, there);
            there.Mark(new MoveMark(Guid.CreateVersion7(), Path.GetDirectoryName(Path.GetFullPath(file))!, time.GetUtcNow(), IsArriving: false));
            there.Commit();
        }

        here.ClearMark();
        return lost;
    }

    /// <summary>Where a database is, in words that hold no secret.</summary>
    /// <exception cref="StoreException">The string cannot be used.</exception>
    public static string PlaceOf(string connectionText) => HeldLog.PlaceOf(connectionText);

    /// <summary>The mark of a move in a database file; null where there is none, or no file.</summary>
    /// <exception cref="StoreException">The file cannot be read.</exception>
    public static MoveMark? FindMark(string file) => HeldFile.FindMark(file);

    private static UndoReport Compare(string file, HeldLog there)
    {
        using var rows = Connection.OpenReader(file);
        using var snapshot = there.Read();
        var end = snapshot.FindBlockBefore(long.MaxValue)?.LastSequence ?? snapshot.Anchor.Sequence;
        return new UndoReport(snapshot.End.Revision - rows.FindRevision(), end - rows.Audit.FindEnd().Sequence);
    }

    private static Contents Write(HeldLog from, string draft, MoveMark mark, Action<string, long> told, TimeProvider time)
    {
        OwnFiles.Make(draft);
        using var rows = Connection.OpenWriter(draft);
        // It counts from the mark on, which is flushed.
        rows.Database.Execute("PRAGMA synchronous = NORMAL");
        using var snapshot = from.Read();
        var contents = new Contents { Numbers = (snapshot.End.Revision, snapshot.End.Index), AuditStart = snapshot.Anchor };
        SnapshotReading.Fill(rows, snapshot, time, static _ => { }, contents: contents, told: told);
        RequireSame(contents, FileReading.Sum(rows));
        MovedFile.Write(rows.Database, mark);
        rows.Database.EmptyLog();
        return contents;
    }

    private static Contents Sum(string file)
    {
        using var rows = Connection.OpenReader(file);
        return FileReading.Sum(rows);
    }

    private static void Remove(string draft)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(draft + suffix);
        }
    }

    private static void RequireThere(HeldFile from)
    {
        if (!from.Exists)
        {
            throw new StoreException($"there is no database `{from.Path}`; name the data directory of the server");
        }
    }

    private static void RequireNothingArriving(MoveMark mark, string file)
    {
        if (mark.IsArriving)
        {
            throw mark.Refusal($"`{file}`");
        }
    }

    private static void RequireInstallation(HeldLog from)
    {
        if (from.Before.Position == 0)
        {
            throw new StoreException("the database has no installation; name the one that the servers use");
        }
    }

    /// <summary>Empty, or what was there has moved away.</summary>
    private static void RequireRoom(HeldLog to, StoreException? refusal)
    {
        if (to.Before.Position != 0 && to.FindMark() is null)
        {
            throw refusal ?? new StoreException("the database has an installation already; name an empty one");
        }
    }

    private static void RequireSame(Contents one, Contents other)
    {
        if (one.Difference(other) is { } difference)
        {
            throw new StoreException($"what was written is not what was read: {difference}. Nothing has moved");
        }
    }
}
