using Portlight.Linux;

namespace Portlight.Agent.Guests;

/// <summary>
/// The files of one folder that a provider writes for its own use. Others may write there too, so only regular files are read, and a bounded number and size of them.
/// </summary>
internal static class ProviderFiles
{
    internal const int MaxFiles = 2000;
    internal const int MaxLength = 1 << 20;

    /// <summary>Reads each file whose name ends so. A folder that is not there has none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ending">As <c>.xml</c>.</param>
    /// <param name="read">Takes the name without its ending, and the content; what it throws is told as unseen.</param>
    /// <param name="unseen">Gets what could not be read.</param>
    internal static void Read(string folder, string ending, Action<string, byte[]> read, List<string> unseen)
    {
        try
        {
            var count = 0;
            foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*" + ending).Order(StringComparer.Ordinal))
            {
                if (++count > MaxFiles)
                {
                    unseen.Add($"`{folder}` has more than {MaxFiles} files, and no more were read");
                    return;
                }

                ReadOne(path, ending, read, unseen);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // This machine has no such provider.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            unseen.Add($"`{folder}` cannot be listed: {exception.Message}");
        }
    }

    private static void ReadOne(string path, string ending, Action<string, byte[]> read, List<string> unseen)
    {
        try
        {
            read(Path.GetFileName(path)[..^ending.Length], RegularFile.Read(path, MaxLength));
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            unseen.Add(exception is FormatException ? $"`{path}` cannot be understood: {exception.Message}" : exception.Message);
        }
    }
}
