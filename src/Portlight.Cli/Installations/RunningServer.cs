using Portlight.Api;

namespace Portlight.Cli;

/// <summary>
/// Whether a server runs on a data directory: it holds the store's lock (flock on the file beside the database), which the kernel lets go when the process ends,
/// however it ends.
/// </summary>
internal static class RunningServer
{
    public static bool HasLocked(string directory)
    {
        var path = LockOf(directory);
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
            if (Directory.Exists(directory) && Directory.GetFiles(directory, Path.GetFileName(LockOf(directory))).Length > 0)
            {
                File.OpenHandle(LockOf(directory), share: FileShare.ReadWrite).Dispose();
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

    private static string LockOf(string directory) => Path.Combine(directory, DataFiles.Database + ".lock");
}
