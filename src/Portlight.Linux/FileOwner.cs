using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Portlight.Linux;

/// <summary>Whose a file is, for which .NET has no call: statx(2), fchown(2).</summary>
public static class FileOwner
{
    /// <summary>Gives a file to the owner of a directory, if this process is root; another cannot, and writes its own files.</summary>
    /// <exception cref="IOException">It stays as it was.</exception>
    public static void Follow(SafeFileHandle file, string directory)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        byte[] path = [.. System.Text.Encoding.UTF8.GetBytes(directory), 0];
        if (Libc.Status(Libc.AT_FDCWD, in path[0], 0, Libc.STATX_UID | Libc.STATX_GID, out var found) != 0
            || Libc.ChangeOwner(file, found.Owner, found.Group) != 0)
        {
            throw new IOException($"a file in `{directory}` cannot be given to the owner of that directory: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }
}
