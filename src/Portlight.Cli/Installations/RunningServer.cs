using Portlight.Api;

namespace Portlight.Cli;

/// <summary>
/// Whether a server runs on a data directory: it holds the store's lock (flock on the file beside the database or the mirror of one), which the kernel lets go when the
/// process ends, however it ends.
/// </summary>
internal static class RunningServer
{
    public static bool HasLocked(string directory) => LocksOf(directory).Any(IsHeld);

    private static bool IsHeld(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            // To read, so that it works where the file system may only be read, as in a service of few rights.
            File.Open(path, FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's directory: whether its server runs, only that user can see.
            return false;
        }
        catch (IOException exception) when (exception is not FileNotFoundException)
        {
            return true;
        }
    }

    /// <summary>Whether this user cannot see if one runs: the directory or its lock is another user's.</summary>
    public static bool IsHidden(string directory)
    {
        try
        {
            foreach (var path in LocksOf(directory).Where(path => Directory.Exists(directory) && Directory.GetFiles(directory, Path.GetFileName(path)).Length > 0))
            {
                File.OpenHandle(path, share: FileShare.ReadWrite).Dispose();
            }

            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            // Locked, or gone meanwhile: either can be seen.
            return false;
        }
    }

    private static IEnumerable<string> LocksOf(string directory) => [Path.Combine(directory, DataFiles.Database + ".lock"), Path.Combine(directory, DataFiles.Mirror + ".lock")];
}
