using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Portlight.Storage;

/// <summary>Makes a new or renamed file's name durable: on Linux that is a flush of its directory (fsync(2)), for which .NET has no call.</summary>
public static partial class DirectoryFlush
{
    /// <summary>O_RDONLY and O_CLOEXEC, which every Linux that .NET runs on has at this number (asm-generic/fcntl.h).</summary>
    private const int Flags = 0x80000;

    /// <summary>Makes a directory, and those above it that are missing, for its owner alone, and durably: what is flushed into a directory that a power cut takes away is lost with it.</summary>
    /// <exception cref="IOException">It cannot be made, or the disk did not confirm it.</exception>
    public static void Create(string directory)
    {
        var changed = new List<string>();
        for (var at = Path.GetFullPath(directory); Path.GetDirectoryName(at) is { } parent && !Directory.Exists(at); at = parent)
        {
            changed.Add(parent);
        }

        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the directory `{directory}` cannot be made: {refused.Message}", refused);
        }

        changed.ForEach(Run);
    }

    /// <exception cref="IOException">The disk did not confirm it.</exception>
    public static void Run(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var descriptor = Open(directory, Flags);
        if (descriptor < 0)
        {
            throw Failure(directory);
        }

        try
        {
            if (Synchronise(descriptor) != 0)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string directory) =>
        new($"the directory `{directory}` cannot be flushed to the disk: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
