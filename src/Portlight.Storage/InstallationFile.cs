using System.Security.Cryptography;
using System.Text;
using Portlight.Domain;
using Portlight.Linux;

namespace Portlight.Storage;

/// <summary>
/// The file that says which installation a data directory is, <c>DIR/installation</c>: one line, its id. What is in the kernel carries the same id. A file of
/// its own, so that it can be read where the store is not: before the start has opened it, by teardown, by the boot.
/// </summary>
public static class InstallationFile
{
    public const string Name = "installation";

    /// <summary>The installation of a data directory; null when it has none yet.</summary>
    /// <exception cref="StoreException">The file is damaged, or not this user's to read.</exception>
    public static InstallationId? Read(string directory)
    {
        var path = Path.Combine(directory, Name);
        try
        {
            return InstallationId.TryParse(File.ReadAllText(path).AsSpan().TrimEnd('\n'), out var id)
                ? id
                : throw new StoreException($"`{path}` is damaged: it must hold the 16 digits that `nft list table inet portlight` shows as the installation; restore it from a backup");
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"`{path}` cannot be read; check its permissions", refused);
        }
    }

    /// <summary>The id of a new installation.</summary>
    public static InstallationId NewId() => new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));

    /// <summary>Writes the file where there is none; on the disk when this returns. Called by the one process that has the store open.</summary>
    /// <exception cref="StoreException">It cannot be written.</exception>
    public static void Write(string directory, InstallationId installation)
    {
        var path = Path.Combine(directory, Name);
        var draft = path + ".new";
        try
        {
            if (File.Exists(path))
            {
                return;
            }

            using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
            {
                file.Write(Encoding.ASCII.GetBytes($"{installation}\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path);
            DirectoryFlush.Run(directory);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"`{path}` cannot be written; check its directory, its permissions and the disk", refused);
        }
    }
}
