using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Portlight.Linux;

/// <summary>
/// Reads a file that others have written and may have made anything: a pipe, at which open(2) of .NET waits for somebody who writes, a device, or something without end.
/// </summary>
public static class RegularFile
{
    /// <summary>All of a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    /// <exception cref="IOException">There is none, it is no regular file, it is longer, or it cannot be read.</exception>
    public static byte[] Read(string path, int limit)
    {
        var descriptor = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
        if (descriptor < 0)
        {
            throw new IOException($"`{path}` cannot be opened: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Libc.Status(descriptor, 0, Libc.AT_EMPTY_PATH, Libc.STATX_TYPE, out var status) != 0 || (status.Mode & Libc.S_IFMT) != Libc.S_IFREG)
        {
            throw new IOException($"`{path}` is no regular file");
        }

        var content = new byte[Math.Min(RandomAccess.GetLength(handle), limit) + 1];
        var length = 0;
        // A file of some file systems says that it is empty, and may grow while it is read.
        while (length <= limit)
        {
            if (length == content.Length)
            {
                Array.Resize(ref content, (int)Math.Min(2L * content.Length, limit + 1L));
            }

            var read = RandomAccess.Read(handle, content.AsSpan(length), length);
            if (read == 0)
            {
                return content[..length];
            }

            length += read;
        }

        throw new IOException($"`{path}` is longer than {limit} bytes");
    }
}
