using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Portlight.Nftables.Netlink;

/// <summary>
/// A thread that waits for what arrives on a netlink socket, and hands it over datagram by datagram. Everything it needs is opened when it is made, so it goes
/// on when the process can open nothing more; only <see cref="Dispose"/> ends it.
/// </summary>
public sealed class NetlinkListener : IDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly NetlinkSocket _socket;
    private readonly NetlinkDatagramReceiver _read;
    private readonly Action _lost;
    private readonly Action _drained;
    private readonly ManualResetEventSlim _ending = new();
    private readonly SafeFileHandle _wakeUp;
    private readonly Thread _thread;

    private NetlinkListener(NetlinkSocket socket, string name, NetlinkDatagramReceiver read, Action lost, Action drained)
    {
        _socket = socket;
        _read = read;
        _lost = lost;
        _drained = drained;
        var wakeUp = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (wakeUp < 0)
        {
            throw NetlinkSocket.Failure("cannot make an eventfd");
        }

        _wakeUp = new SafeFileHandle(wakeUp, ownsHandle: true);
        _thread = new Thread(Listen) { IsBackground = true, Name = name };
    }

    /// <summary>Starts to listen. All three are called on the listener's thread.</summary>
    /// <param name="socket">The socket, which the caller disposes after the listener.</param>
    /// <param name="name">The thread's name.</param>
    /// <param name="read">Takes one datagram, valid during the call.</param>
    /// <param name="lost">Something arrived that could not be read (ENOBUFS, a failure of <paramref name="read"/>): anything may have happened.</param>
    /// <param name="drained">Nothing more is queued: what was read can be passed on.</param>
    /// <exception cref="NetlinkException">No descriptor is left.</exception>
    public static NetlinkListener Start(NetlinkSocket socket, string name, NetlinkDatagramReceiver read, Action lost, Action drained)
    {
        var listener = new NetlinkListener(socket, name, read, lost, drained);
        listener._thread.Start();
        return listener;
    }

    public unsafe void Dispose()
    {
        ulong one = 1;
        _ending.Set();
        _ = Libc.Write(_wakeUp, &one, sizeof(ulong));
        _thread.Join();
        _wakeUp.Dispose();
        _ending.Dispose();
    }

    private unsafe void Listen()
    {
        var descriptors = stackalloc Libc.PollDescriptor[2];
        descriptors[0] = new Libc.PollDescriptor { Descriptor = (int)_socket.DangerousGetHandle(), Events = Libc.POLLIN };
        descriptors[1] = new Libc.PollDescriptor { Descriptor = (int)_wakeUp.DangerousGetHandle(), Events = Libc.POLLIN };
        var hasFailed = false;
        while (!_ending.IsSet)
        {
            var ready = Libc.Poll(descriptors, 2, -1);
            if (ready < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
            {
                continue;
            }

            if (_ending.IsSet)
            {
                return;
            }

            if (ready >= 0 && Drain())
            {
                hasFailed = false;
                continue;
            }

            // ENOMEM, ENOBUFS: what is told is that events are lost, and listening goes on.
            _lost();
            _drained();
            // Lost events are one failure. Where every reading fails, the next comes no sooner than it can help.
            if (ready < 0 || hasFailed)
            {
                _ending.Wait(PauseAfterFailure);
            }

            hasFailed = true;
        }
    }

    // False when something was lost on the way.
    private bool Drain()
    {
        try
        {
            while (_socket.TryReceiveQueued(out var datagram))
            {
                _read(datagram);
            }

            _drained();
            return true;
        }
        catch (Exception)
        {
            // Whatever it is: what leaves this thread ends the process, and nothing is watched any more.
            return false;
        }
    }
}

/// <summary>Takes one datagram; the view is valid during the call only.</summary>
public delegate void NetlinkDatagramReceiver(ReadOnlySpan<byte> datagram);
