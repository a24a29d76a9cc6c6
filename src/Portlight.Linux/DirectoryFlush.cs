using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Portlight.Linux;

/// <summary>Makes a new or renamed file's name durable: on Linux that is a flush of its directory (fsync(2)), for which .NET has no call.</summary>
public static class DirectoryFlush
{
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

        var descriptor = Libc.Open(directory, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (descriptor < 0)
        {
            throw Failure(directory);
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Libc.Synchronise(handle) != 0)
        {
            throw Failure(directory);
        }
    }

    private static IOException Failure(string directory) =>
        new($"the directory `{directory}` cannot be flushed to the disk: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
}
