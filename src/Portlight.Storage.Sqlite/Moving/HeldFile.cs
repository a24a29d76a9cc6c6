using System.Globalization;

namespace Portlight.Storage.Sqlite;

/// <summary>The place of a database file, held so that no server opens it meanwhile: what a move takes an installation from, or puts it.</summary>
internal sealed class HeldFile : IDisposable
{
    private readonly FileStream _lockFile;

    private HeldFile(string path, FileStream lockFile) => (Path, _lockFile) = (path, lockFile);

    public string Path { get; }

    public bool Exists => File.Exists(Path);

    /// <exception cref="StoreException">A server has it open, or there is no such directory.</exception>
    public static HeldFile Take(string path) => new(path, OwnFiles.TakeLock(path));

    /// <summary>See <see cref="FindMark(string)"/>.</summary>
    public MoveMark? FindMark() => FindMark(Path);

    /// <summary>The mark of a move; null for a database that is in use, or is not there.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static MoveMark? FindMark(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var database = Database.Open(path, readOnly: true);
        return MovedFile.Has(int.Parse(database.Scalar("PRAGMA user_version")!, CultureInfo.InvariantCulture)) ? MovedFile.Read(database) : null;
    }

    /// <summary>Opens what no server has open, with everything in the rows where it belongs: of its revision, ports and operations nothing is late.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public Connection Open()
    {
        var connection = Connection.OpenWriter(Path);
        try
        {
            connection.Begin();
            var revision = connection.FindRevision();
            connection.PortChanges.Copy();
            connection.Counters.Write(CounterRows.Revision, revision);
            connection.OperationIndex.CatchUp();
            connection.Commit();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Takes the mark off: a server may open it again.</summary>
    public void ClearMark()
    {
        using var database = Database.Open(Path, readOnly: false);
        MovedFile.Clear(database);
    }

    /// <summary>Puts another file in its place, whole or not at all.</summary>
    /// <param name="draft">A database that nobody has open.</param>
    public void Replace(string draft)
    {
        // A log beside it would be that of the older one.
        foreach (var suffix in (string[])["-wal", "-shm"])
        {
            File.Delete(Path + suffix);
        }

        File.Move(draft, Path, overwrite: true);
        Linux.DirectoryFlush.Run(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
    }

    public void Dispose() => _lockFile.Dispose();
}
