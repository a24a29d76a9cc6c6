using System.ComponentModel;
using Portlight.Linux;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The files of an open database, as its paths named them when it was opened. SQLite goes on writing to files that were deleted, replaced or moved, and
/// nothing of that would be found at the next start: so this is asked before a commit is acknowledged. Costs a statx(2) for each of the files.
/// </summary>
internal sealed class DatabaseFiles
{
    // Without the index readers would make one of their own, and without the lock file a second server could open the database.
    private static readonly string[] Ends = ["", "-wal", "-shm", ".lock"];

    private readonly (NativePath Path, FileIdentity Identity)[] _files;

    private DatabaseFiles((NativePath, FileIdentity)[] files) => _files = files;

    /// <exception cref="StoreException">One of them is not there.</exception>
    public static DatabaseFiles Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new DatabaseFiles([]);
        }

        try
        {
            return new DatabaseFiles([.. Ends.Select(end => new NativePath(path + end)).Select(file => (file, FileIdentity.Of(file)))]);
        }
        catch (Win32Exception refused)
        {
            throw new StoreException($"the files of the database `{path}` cannot be looked at: {refused.Message}", refused);
        }
    }

    /// <summary>Null while every path names the file that is open. Safe from any thread.</summary>
    public StoreException? FindProblem()
    {
        foreach (var (path, identity) in _files)
        {
            try
            {
                if (FileIdentity.Of(path) != identity)
                {
                    return Gone($"`{path.Path}` is another file now", null);
                }
            }
            catch (Win32Exception refused)
            {
                return Gone($"`{path.Path}`: {refused.Message}", refused);
            }
        }

        return null;
    }

    private static StoreException Gone(string what, Exception? cause) =>
        new($"the database is no longer where it was opened ({what}); put back the data directory and start portlight again", cause) { IsOutcomeUnknown = true };
}
