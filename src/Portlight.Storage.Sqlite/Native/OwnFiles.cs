using Portlight.Linux;

namespace Portlight.Storage.Sqlite;

/// <summary>The files of a database, which nobody but their owner may read, and which one process uses.</summary>
internal static class OwnFiles
{
    /// <summary>Sees to it that one process at a time has a database open.</summary>
    /// <exception cref="StoreException">Another has it, or there is no such directory.</exception>
    public static FileStream TakeLock(string path)
    {
        try
        {
            // FileShare.None is an advisory flock on Linux; the kernel lets go of it when the process ends, however it ends.
            // A user who can open the file can take the lock.
            return new FileStream(path + ".lock", ForOwner(FileShare.None, bufferSize: 1));
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new StoreException($"the directory of `{path}` does not exist", missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new StoreException($"`{path}.lock` cannot be written; check the permissions of its directory", denied);
        }
        catch (IOException refused) when (refused.HResult != Errno.EAGAIN)
        {
            throw new StoreException($"`{path}.lock` cannot be opened or written: {refused.Message}", refused);
        }
        catch (IOException taken)
        {
            throw new StoreException($"the database `{path}` is in use by another portlight server; stop that one or name another data directory", taken);
        }
    }

    /// <summary>SQLite would make the file readable for everybody; what belongs to it (-wal, -shm) takes its mode.</summary>
    public static void Make(string path)
    {
        try
        {
            using var made = new FileStream(path, ForOwner(FileShare.ReadWrite, bufferSize: 0));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the database `{path}` cannot be opened or written; check its directory and permissions", refused);
        }
    }

    /// <summary>A new file is its owner's alone.</summary>
    private static FileStreamOptions ForOwner(FileShare share, int bufferSize)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
