using System.Formats.Tar;
using System.IO.Compression;
using Portlight.Api;
using Portlight.Linux;
using Portlight.Storage;
using Portlight.Storage.Postgres;
using Portlight.Storage.Sqlite;

namespace Portlight.Cli.Backup;

/// <summary>
/// An installation in one file, a gzipped tar: the database, the key file that opens its secrets, the root credentials, the installation's id. What a server
/// writes anew at its start (endpoint, applied rules) is not in it, nor are the exported audit files, whose events the database has.
/// </summary>
internal static class BackupFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    /// <summary>The database last: where it is, an installation is.</summary>
    private static readonly string[] Names = [DataFiles.Keys, "credentials", InstallationFile.Name, DataFiles.Database];

    /// <summary>Writes a backup of a data directory, whether a server runs on it or not. There is no file until it is whole.</summary>
    /// <exception cref="FailedException">The file is there already, or something of the installation is missing.</exception>
    /// <exception cref="StoreException">The database cannot be copied, or the key file does not open it.</exception>
    public static void Write(string directory, string file)
    {
        if (Path.Exists(file))
        {
            throw new FailedException($"{file} is there already; a backup replaces nothing");
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
        {
            throw new FailedException($"the folder of {file} is not there");
        }

        var draft = $"{file}.{Path.GetRandomFileName()}";
        CreatePrivateFolder(draft);
        try
        {
            var database = Path.Combine(draft, DataFiles.Database);
            StoredState.Of(directory).CopyTo(database);
            foreach (var name in Names[..^1])
            {
                File.Copy(Path.Combine(directory, name), Path.Combine(draft, name));
            }

            // A key file that was changed between the two copies would show here, and not on the day of need.
            DatabaseSecrets.Check(Path.Combine(draft, DataFiles.Keys), database);
            var packed = Path.Combine(draft, "packed");
            Pack(draft, packed);
            File.Move(packed, file);
            DirectoryFlush.Run(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        finally
        {
            Directory.Delete(draft, recursive: true);
        }
    }

    /// <summary>Makes a data directory of a backup. On any failure it is as empty as it was; what a process that was killed has left is in the way of the next try.</summary>
    /// <exception cref="FailedException">The directory is not empty, or the file is no backup.</exception>
    /// <exception cref="StoreException">What is in the file is damaged or does not belong together.</exception>
    public static void Restore(string file, string directory)
    {
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new FailedException($"{directory} is not empty; a backup is restored into an empty data directory alone (move the old one away, with its server stopped)");
        }

        using var packed = File.OpenRead(file);
        CreatePrivateFolder(directory);
        var draft = Path.Combine(directory, ".restoring");
        CreatePrivateFolder(draft);
        var placed = new List<string>();
        try
        {
            Unpack(packed, draft, file);
            DatabaseCopy.Check(Path.Combine(draft, DataFiles.Database));
            DatabaseSecrets.Check(Path.Combine(draft, DataFiles.Keys), Path.Combine(draft, DataFiles.Database));
            foreach (var name in Names)
            {
                File.Move(Path.Combine(draft, name), Path.Combine(directory, name));
                placed.Add(Path.Combine(directory, name));
            }
        }
        catch
        {
            placed.ForEach(File.Delete);
            throw;
        }
        finally
        {
            Directory.Delete(draft, recursive: true);
        }

        DirectoryFlush.Run(directory);
    }

    /// <summary>
    /// Puts a backup into a database that servers share; a data directory that is empty gets what else is in it. One that has a key file keeps what it has, if that opens
    /// the secrets of the backup.
    /// </summary>
    /// <param name="file">The backup.</param>
    /// <param name="directory">The data directory of the server of this machine.</param>
    /// <param name="connectionText">The database.</param>
    /// <param name="replaces">Whether the installation that is there is lost.</param>
    /// <exception cref="FailedException">The directory has something else, or the file is no backup.</exception>
    /// <exception cref="StoreException">What is in the file is damaged or does not belong together, or the database does not take it.</exception>
    public static void RestoreShared(string file, string directory, string connectionText, bool replaces)
    {
        var isEmpty = !Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory).Any();
        var keys = Path.Combine(directory, DataFiles.Keys);
        if (!isEmpty && !File.Exists(keys))
        {
            throw new FailedException($"{directory} is neither empty nor the data directory of a server; name another with --data");
        }

        using var packed = File.OpenRead(file);
        CreatePrivateFolder(directory);
        var draft = Path.Combine(directory, ".restoring");
        if (Directory.Exists(draft))
        {
            Directory.Delete(draft, recursive: true); // of one that was killed
        }

        CreatePrivateFolder(draft);
        var placed = new List<string>();
        try
        {
            Unpack(packed, draft, file);
            var database = Path.Combine(draft, DataFiles.Database);
            DatabaseCopy.Check(database);
            DatabaseSecrets.Check(isEmpty ? Path.Combine(draft, DataFiles.Keys) : keys, database);
            foreach (var name in isEmpty ? Names[..^1] : [])
            {
                File.Move(Path.Combine(draft, name), Path.Combine(directory, name));
                placed.Add(Path.Combine(directory, name));
            }

            DirectoryFlush.Run(directory);
            InstallationMove.Restore(database, connectionText, replaces);
        }
        catch (Exception failure) when (failure is not StoreException { IsOutcomeUnknown: true })
        {
            placed.ForEach(File.Delete);
            throw;
        }
        finally
        {
            Directory.Delete(draft, recursive: true);
        }
    }

    private static void Pack(string folder, string packed)
    {
        using var stream = CreatePrivateFile(packed);
        using (var zip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(zip, TarEntryFormat.Pax))
        {
            foreach (var name in Names)
            {
                using var content = File.OpenRead(Path.Combine(folder, name));
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = Private, DataStream = content });
            }
        }

        stream.Flush(flushToDisk: true);
    }

    /// <summary>Takes the files of the list and nothing else: an archive may name any path.</summary>
    private static void Unpack(FileStream packed, string folder, string file)
    {
        var found = new HashSet<string>();
        try
        {
            using var zip = new GZipStream(packed, CompressionMode.Decompress);
            using var tar = new TarReader(zip);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType != TarEntryType.RegularFile || !Names.Contains(entry.Name) || !found.Add(entry.Name))
                {
                    throw new FailedException($"{file} is no backup of Portlight: `{entry.Name}` does not belong in one");
                }

                using var content = CreatePrivateFile(Path.Combine(folder, entry.Name));
                entry.DataStream?.CopyTo(content);
                content.Flush(flushToDisk: true);
            }
        }
        catch (Exception damaged) when (damaged is InvalidDataException or EndOfStreamException)
        {
            throw new FailedException($"{file} is no backup of Portlight, or is damaged: {damaged.Message}");
        }

        if (Names.FirstOrDefault(name => !found.Contains(name)) is { } missing)
        {
            throw new FailedException($"{file} is no whole backup of Portlight: `{missing}` is missing");
        }
    }

    private static FileStream CreatePrivateFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Private;
        }

        return new FileStream(path, options);
    }

    private static void CreatePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        Directory.CreateDirectory(path, PrivateFolder);
    }
}
