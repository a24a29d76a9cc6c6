using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Portlight.Linux;

/// <summary>Which file a path names: device and inode (statx(2)), for which .NET has no call. Linux only.</summary>
public readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <exception cref="Win32Exception">There is no such file, or it cannot be looked at.</exception>
    public static FileIdentity Of(NativePath path) => Find(path) ?? throw new Win32Exception(Marshal.GetLastPInvokeError());

    /// <summary>The same; null when there is no such file.</summary>
    /// <exception cref="Win32Exception">It cannot be looked at.</exception>
    public static FileIdentity? OfExisting(NativePath path) => Find(path) ?? (Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw new Win32Exception(Marshal.GetLastPInvokeError()));

    private static FileIdentity? Find(NativePath path) =>
        Libc.Status(Libc.AT_FDCWD, in path.Utf8[0], 0, Libc.STATX_INO, out var found) == 0
            ? new FileIdentity(((ulong)found.DeviceMajor << 32) | found.DeviceMinor, found.Inode)
            : null;
}

/// <summary>An absolute path as the kernel takes it, made once.</summary>
public readonly record struct NativePath(string Path)
{
    internal byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(System.IO.Path.GetFullPath(Path) + '\0');
}
