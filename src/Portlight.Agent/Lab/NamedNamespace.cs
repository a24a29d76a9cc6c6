using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Portlight.Agent.Links;
using Portlight.Linux;

namespace Portlight.Agent.Lab;

/// <summary>
/// Network namespaces with a name, made as <c>ip netns add</c> makes them: a file in <c>/run/netns</c> with the namespace mounted on it, so that
/// <c>ip netns exec</c> finds them. A thread that enters a namespace is always one of our own that ends afterwards: a pool thread would carry the
/// namespace into somebody else's work.
/// </summary>
internal static class NamedNamespace
{
    internal const string Directory = "/run/netns";

    internal static string PathOf(string name) => $"{Directory}/{name}";

    /// <summary>The namespace of that name, or null. A plain file that was left behind is no namespace.</summary>
    internal static SafeFileHandle? Open(string name)
    {
        var handle = NamespaceFile.OpenIfThere(PathOf(name));
        if (handle is not null && !NamespaceFile.IsNamespace(handle))
        {
            handle.Dispose();
            return null;
        }

        return handle;
    }

    /// <summary>The namespace of that name.</summary>
    /// <exception cref="LabException">There is none.</exception>
    internal static SafeFileHandle Require(string name) => Open(name) ?? throw new LabException($"the network namespace `{name}` is gone");

    /// <summary>Whether there is a namespace of that name.</summary>
    internal static bool Exists(string name)
    {
        using var handle = Open(name);
        return handle is not null;
    }

    /// <summary>
    /// Makes a namespace, gives it to <paramref name="furnish"/>, and only then its name: a process that is killed in between leaves nothing, because a
    /// namespace without a name ends with the thread.
    /// </summary>
    internal static void Create(string name, Action<SafeFileHandle> furnish)
    {
        MakeDirectory();
        OnOwnThread(() =>
        {
            if (Libc.Unshare(Libc.CLONE_NEWNET) != 0)
            {
                throw NamespaceFile.Failure($"cannot make the network namespace `{name}`");
            }

            using var self = NamespaceFile.OpenIfThere("/proc/thread-self/ns/net") ?? throw new LabException("`/proc` is not mounted, which network namespaces need");
            furnish(self);
            var path = PathOf(name);
            var file = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_CREAT | Libc.O_EXCL, 0);
            if (file >= 0)
            {
                new SafeFileHandle(file, ownsHandle: true).Dispose();
            }
            else if (Marshal.GetLastPInvokeError() != Errno.EEXIST)
            {
                throw NamespaceFile.Failure($"cannot make `{path}`");
            }

            if (Libc.Mount("/proc/thread-self/ns/net", path, "none", Libc.MS_BIND, 0) != 0)
            {
                var failure = NamespaceFile.Failure($"cannot mount the network namespace on `{path}`");
                _ = Libc.Unlink(path);
                throw failure;
            }
        });
    }

    /// <summary>Takes the name away. The namespace ends with it, or with the last process that is still in it.</summary>
    internal static void Delete(string name)
    {
        var path = PathOf(name);
        if (Libc.Unmount(path, Libc.MNT_DETACH) != 0 && Marshal.GetLastPInvokeError() is not (Errno.EINVAL or Errno.ENOENT))
        {
            throw NamespaceFile.Failure($"cannot unmount `{path}`");
        }

        if (Libc.Unlink(path) != 0 && Marshal.GetLastPInvokeError() != Errno.ENOENT)
        {
            throw NamespaceFile.Failure($"cannot remove `{path}`");
        }
    }

    /// <summary>Removes files of names that begin so and are no namespaces: a process that was killed while deleting one left such a file.</summary>
    internal static void RemoveLeftOvers(string prefix)
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            return;
        }

        foreach (var path in System.IO.Directory.EnumerateFiles(Directory, prefix + "*"))
        {
            using var handle = NamespaceFile.OpenIfThere(path);
            if (handle is not null && !NamespaceFile.IsNamespace(handle) && RandomAccess.GetLength(handle) == 0)
            {
                _ = Libc.Unlink(path);
            }
        }
    }

    /// <summary>Does something in a namespace.</summary>
    internal static void Inside(SafeFileHandle handle, Action action) => OnOwnThread(() =>
    {
        if (Libc.SetNamespace(handle, Libc.CLONE_NEWNET) != 0)
        {
            throw NamespaceFile.Failure("cannot enter a network namespace");
        }

        action();
    });

    /// <summary>/run/netns as a shared mount, so that namespaces made here are seen from other mount namespaces, and those made there from here.</summary>
    private static void MakeDirectory()
    {
        System.IO.Directory.CreateDirectory(Directory);
        if (Libc.Mount("", Directory, "none", Libc.MS_SHARED | Libc.MS_REC, 0) == 0)
        {
            return;
        }

        // EINVAL: it is no mount point yet.
        if (Marshal.GetLastPInvokeError() != Errno.EINVAL
            || Libc.Mount(Directory, Directory, "none", Libc.MS_BIND | Libc.MS_REC, 0) != 0
            || Libc.Mount("", Directory, "none", Libc.MS_SHARED | Libc.MS_REC, 0) != 0)
        {
            throw NamespaceFile.Failure($"cannot make `{Directory}` a shared mount");
        }
    }

    private static void OnOwnThread(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            maxStackSize: 256 * 1024)
        {
            IsBackground = true,
            Name = "portlight namespace",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
