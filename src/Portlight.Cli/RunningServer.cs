using Portlight.Server;

namespace Portlight.Cli;

/// <summary>
/// Whether a server runs on a data directory: it holds the store's lock (flock on the file beside the database), which the kernel lets go when the process ends,
/// however it ends.
/// </summary>
internal static class RunningServer
{
    public static bool HasLocked(string directory)
    {
        var path = Path.Combine(directory, PortlightServer.DatabaseName + ".lock");
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (IOException exception) when (exception is not FileNotFoundException)
        {
            return true;
        }
    }
}
