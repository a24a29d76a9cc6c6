using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Portlight.Agent.Links;
using Portlight.Linux;

namespace Portlight.Agent.Lab;

/// <summary>Files of <c>/proc</c> and <c>/run/netns</c>, opened to wait on them or to enter what they are.</summary>
internal static class NamespaceFile
{
    /// <summary>True when the open file is a namespace and not a leftover file of that name.</summary>
    internal static unsafe bool IsNamespace(SafeFileHandle handle)
    {
        var status = stackalloc long[32];
        return Libc.FileSystemOf(handle, status) == 0 && status[0] == Libc.NSFS_MAGIC;
    }

    /// <summary>The open file, or null when there is none of that name.</summary>
    internal static SafeFileHandle? OpenIfThere(string path)
    {
        var descriptor = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw Failure($"cannot open `{path}`");
    }

    /// <summary>For a call that has just failed.</summary>
    internal static LabException Failure(string what) => new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
