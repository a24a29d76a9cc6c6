using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.Background;
using Portlight.Linux;

namespace Portlight.Agent.Repairs;

/// <summary>
/// Tells when something was mounted or unmounted, which the names of network namespaces are. The kernel marks an open <c>mountinfo</c> then (proc(5)), and says no
/// more than that. Storms are joined: after each word there is a pause.
/// </summary>
internal sealed class MountWatch : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly SafeFileHandle _mounts;
    private readonly SafeFileHandle _wakeUp;
    private readonly Bell _changed;
    private readonly ManualResetEventSlim _ending = new();
    private readonly Thread _thread;

    private MountWatch(SafeFileHandle mounts, SafeFileHandle wakeUp, Bell changed)
    {
        _mounts = mounts;
        _wakeUp = wakeUp;
        _changed = changed;
        _thread = new Thread(Watch) { IsBackground = true, Name = "mount watcher" };
    }

    /// <summary>Starts to watch the mount namespace of this process.</summary>
    /// <param name="changed">Rung, also for what happens before this returns.</param>
    /// <exception cref="LabException"><c>/proc</c> is not mounted, or no descriptor is left.</exception>
    internal static MountWatch Start(Bell changed)
    {
        var mounts = NamespaceFile.OpenIfThere("/proc/self/mountinfo") ?? throw new LabException("`/proc` is not mounted, which network namespaces need");
        var wakeUp = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC);
        if (wakeUp < 0)
        {
            mounts.Dispose();
            throw NamespaceFile.Failure("cannot make an eventfd");
        }

        var watch = new MountWatch(mounts, new SafeFileHandle(wakeUp, ownsHandle: true), changed);
        watch._thread.Start();
        return watch;
    }

    public unsafe void Dispose()
    {
        var one = 1UL;
        _ending.Set();
        _ = Libc.Write(_wakeUp, &one, sizeof(ulong));
        _thread.Join();
        _wakeUp.Dispose();
        _mounts.Dispose();
        _ending.Dispose();
    }

    private unsafe void Watch()
    {
        var descriptors = stackalloc Libc.PollDescriptor[2];
        descriptors[0] = new Libc.PollDescriptor { Descriptor = (int)_mounts.DangerousGetHandle(), Events = Libc.POLLPRI };
        descriptors[1] = new Libc.PollDescriptor { Descriptor = (int)_wakeUp.DangerousGetHandle(), Events = Libc.POLLIN };
        do
        {
            if (Libc.Poll(descriptors, 2, -1) < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
            {
                continue;
            }

            if (!_ending.IsSet)
            {
                _changed.Ring();
            }
        }
        while (!_ending.Wait(Pause));
    }
}
