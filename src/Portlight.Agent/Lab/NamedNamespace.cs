using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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
        var handle = LinuxCalls.OpenIfThere(PathOf(name));
        if (handle is not null && !LinuxCalls.IsNamespace(handle))
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
    /// Makes a namespace, gives it to <paramref name="furnish"/>, and only then its name: who is killed in between leaves nothing, because a
    /// namespace without a name ends with the thread.
    /// </summary>
    internal static void Create(string name, Action<SafeFileHandle> furnish)
    {
        MakeDirectory();
        OnOwnThread(() =>
        {
            if (LinuxCalls.Unshare(LinuxCalls.NewNetworkNamespace) != 0)
            {
                throw LinuxCalls.Failure($"cannot make the network namespace `{name}`");
            }

            using var self = LinuxCalls.OpenIfThere("/proc/thread-self/ns/net") ?? throw new LabException("`/proc` is not mounted, which network namespaces need");
            furnish(self);
            var path = PathOf(name);
            var file = LinuxCalls.Open(path, LinuxCalls.ReadOnlyCloseOnExec | LinuxCalls.CreateExclusively, 0);
            if (file >= 0)
            {
                new SafeFileHandle(file, ownsHandle: true).Dispose();
            }
            else if (Marshal.GetLastPInvokeError() != LinuxCalls.EEXIST)
            {
                throw LinuxCalls.Failure($"cannot make `{path}`");
            }

            if (LinuxCalls.Mount("/proc/thread-self/ns/net", path, "none", LinuxCalls.MountBind, 0) != 0)
            {
                var failure = LinuxCalls.Failure($"cannot mount the network namespace on `{path}`");
                _ = LinuxCalls.Unlink(path);
                throw failure;
            }
        });
    }

    /// <summary>Takes the name away. The namespace ends with it, or with the last process that is still in it.</summary>
    internal static void Delete(string name)
    {
        var path = PathOf(name);
        if (LinuxCalls.Unmount(path, LinuxCalls.UnmountDetach) != 0 && Marshal.GetLastPInvokeError() is not (LinuxCalls.EINVAL or LinuxCalls.ENOENT))
        {
            throw LinuxCalls.Failure($"cannot unmount `{path}`");
        }

        if (LinuxCalls.Unlink(path) != 0 && Marshal.GetLastPInvokeError() != LinuxCalls.ENOENT)
        {
            throw LinuxCalls.Failure($"cannot remove `{path}`");
        }
    }

    /// <summary>Removes files of names that begin so and are no namespaces: who was killed while deleting one left such a file.</summary>
    internal static void RemoveLeftOvers(string prefix)
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            return;
        }

        foreach (var path in System.IO.Directory.EnumerateFiles(Directory, prefix + "*"))
        {
            using var handle = LinuxCalls.OpenIfThere(path);
            if (handle is not null && !LinuxCalls.IsNamespace(handle) && RandomAccess.GetLength(handle) == 0)
            {
                _ = LinuxCalls.Unlink(path);
            }
        }
    }

    /// <summary>Does something in a namespace.</summary>
    internal static void Inside(SafeFileHandle handle, Action action) => OnOwnThread(() =>
    {
        if (LinuxCalls.SetNamespace(handle, LinuxCalls.NewNetworkNamespace) != 0)
        {
            throw LinuxCalls.Failure("cannot enter a network namespace");
        }

        action();
    });

    /// <summary>/run/netns as a shared mount, so that namespaces made here are seen from other mount namespaces, and those made there from here.</summary>
    private static void MakeDirectory()
    {
        System.IO.Directory.CreateDirectory(Directory);
        if (LinuxCalls.Mount("", Directory, "none", LinuxCalls.MountShared | LinuxCalls.MountRecursive, 0) == 0)
        {
            return;
        }

        // EINVAL: it is no mount point yet.
        if (Marshal.GetLastPInvokeError() != LinuxCalls.EINVAL
            || LinuxCalls.Mount(Directory, Directory, "none", LinuxCalls.MountBind | LinuxCalls.MountRecursive, 0) != 0
            || LinuxCalls.Mount("", Directory, "none", LinuxCalls.MountShared | LinuxCalls.MountRecursive, 0) != 0)
        {
            throw LinuxCalls.Failure($"cannot make `{Directory}` a shared mount");
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
