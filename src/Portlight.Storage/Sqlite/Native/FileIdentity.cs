using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Portlight.Storage.Sqlite;

/// <summary>Which file a path names: device and inode (statx(2)), for which .NET has no call. Linux only.</summary>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode)
{
    private const int CurrentDirectory = -100; // AT_FDCWD, for paths that are absolute
    private const uint InodeOnly = 0x100; // STATX_INO

    /// <exception cref="Win32Exception">There is no such file, or it cannot be looked at.</exception>
    public static FileIdentity Of(NativePath path) =>
        Statx(CurrentDirectory, in path.Utf8[0], 0, InodeOnly, out var found) == 0
            ? new FileIdentity(((ulong)found.DeviceMajor << 32) | found.DeviceMinor, found.Inode)
            : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(int directory, in byte path, int flags, uint mask, out Found found);

    /// <summary>struct statx of linux/stat.h, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Found
    {
        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}

/// <summary>An absolute path as the kernel takes it, made once.</summary>
internal readonly record struct NativePath(string Path)
{
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(System.IO.Path.GetFullPath(Path) + '\0');
}
