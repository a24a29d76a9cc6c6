using System.Runtime.Versioning;

namespace Portlight.Storage;

/// <summary>
/// Which users but their owner can get at the files of a data directory. A restored backup has whatever rights it was unpacked with, and a user who can open the lock file can
/// keep the server from starting. The key file is not here: one that others could read is refused (<see cref="KeyFile"/>).
/// </summary>
public static class PrivateFiles
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The database, its log, index and lock, and the credentials of the accounts' roots.</summary>
    private static readonly string[] Names = ["portlight.db*", "mirror.db*", "credentials*"];

    /// <summary>The directory and the files in it that others have rights to, by path, the directory first. Nothing on Windows, or where there is no such directory.</summary>
    public static IReadOnlyList<string> FindOpen(string directory)
    {
        var open = new List<string>();
        if (!OperatingSystem.IsWindows() && Directory.Exists(directory))
        {
            foreach (var path in Paths(directory))
            {
                if ((File.GetUnixFileMode(path) & Others) != 0)
                {
                    open.Add(path);
                }
            }
        }

        return open;
    }

    /// <summary>
    /// Takes the rights of others away. A directory that others are meant to use (its sticky bit is set, as that of /tmp) stays as it is, and so does what belongs to
    /// somebody else.
    /// </summary>
    /// <returns>What others had rights to and have not any more.</returns>
    public static IReadOnlyList<string> Tighten(string directory)
    {
        var closed = new List<string>();
        foreach (var path in FindOpen(directory))
        {
            if (!OperatingSystem.IsWindows() && TryClose(path))
            {
                closed.Add(path);
            }
        }

        return closed;
    }

    private static IEnumerable<string> Paths(string directory) => Names.SelectMany(name => Directory.EnumerateFiles(directory, name)).Order(StringComparer.Ordinal).Prepend(directory);

    [UnsupportedOSPlatform("windows")]
    private static bool TryClose(string path)
    {
        var mode = File.GetUnixFileMode(path);
        if (mode.HasFlag(UnixFileMode.StickyBit))
        {
            return false;
        }

        try
        {
            File.SetUnixFileMode(path, mode & ~Others);
            return true;
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
