using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Portlight.Agent.Lab;

/// <summary>The system calls that namespaces need, and nothing else. Constants of <c>sched.h</c>, <c>mount.h</c>, <c>magic.h</c>, <c>poll.h</c>; the same on x86-64 and arm64.</summary>
internal static partial class LinuxCalls
{
    internal const int NewNetworkNamespace = 0x40000000;
    internal const ulong MountBind = 0x1000;
    internal const ulong MountRecursive = 0x4000;
    internal const ulong MountShared = 0x100000;
    internal const int UnmountDetach = 2;
    internal const int ReadOnlyCloseOnExec = 0x80000;
    internal const int CreateExclusively = 0x40 | 0x80;
    internal const long NamespaceFileSystem = 0x6e736673;
    internal const short InputEvent = 1;
    internal const short PriorityEvent = 2;
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EEXIST = 17;
    internal const int EINVAL = 22;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(SafeFileHandle handle, int kind);

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Mount(string source, string target, string fileSystem, ulong flags, nint options);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unmount(string target, int flags);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, uint mode);

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    internal static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    internal static unsafe partial nint Write(SafeFileHandle handle, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(SafeFileHandle handle);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Status(int directory, string path, int flags, uint mask, ulong* status);

    // struct statfs is 120 bytes on 64-bit Linux and begins with f_type.
    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    private static unsafe partial int FileSystemOf(SafeFileHandle handle, long* status);

    /// <summary>True when the open file is a namespace and not a leftover file of that name.</summary>
    internal static unsafe bool IsNamespace(SafeFileHandle handle)
    {
        var status = stackalloc long[32];
        return FileSystemOf(handle, status) == 0 && status[0] == NamespaceFileSystem;
    }

    /// <summary>The number of a file; null when there is none of that name. struct statx is 256 bytes, and stx_ino the fifth word of eight.</summary>
    internal static unsafe ulong? InodeIfThere(string path)
    {
        const int CurrentDirectory = -100; // AT_FDCWD
        const uint InodeOnly = 0x100; // STATX_INO
        var status = stackalloc ulong[32];
        if (Status(CurrentDirectory, path, 0, InodeOnly, status) == 0)
        {
            return status[4];
        }

        return Marshal.GetLastPInvokeError() == ENOENT ? null : throw Failure($"cannot look at `{path}`");
    }

    /// <summary>Makes the names of a directory durable, for which .NET has no call.</summary>
    internal static void FlushDirectory(string path)
    {
        using var handle = OpenIfThere(path);
        if (handle is null || Synchronise(handle) != 0)
        {
            throw Failure($"cannot flush the directory `{path}`");
        }
    }

    /// <summary>The open file, or null when there is none of that name.</summary>
    internal static SafeFileHandle? OpenIfThere(string path)
    {
        var descriptor = Open(path, ReadOnlyCloseOnExec, 0);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        return Marshal.GetLastPInvokeError() == ENOENT ? null : throw Failure($"cannot open `{path}`");
    }

    internal static LabException Failure(string what) => new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
