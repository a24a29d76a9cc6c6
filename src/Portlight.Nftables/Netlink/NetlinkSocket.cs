using System.Runtime.InteropServices;

namespace Portlight.Nftables.Netlink;

/// <summary>
/// A netlink socket of the network namespace that the opening thread is in. Requests are answered in the same order, so one thread at a
/// time: <see cref="Request"/> and <see cref="Dump"/> take a lock for the whole exchange; the raw calls leave that to the caller.
/// </summary>
public sealed class NetlinkSocket : SafeHandle
{
    private const ushort MessageDone = 3;
    private const ushort FlagDumpInterrupted = 0x10;

    private readonly Lock _exchange = new();
    private readonly byte[] _receiveBuffer;
    private uint _sequence;
    private bool _isListing;

    private NetlinkSocket(int receiveBufferSize)
        : base(-1, ownsHandle: true) => _receiveBuffer = GC.AllocateUninitializedArray<byte>(receiveBufferSize);

    public override bool IsInvalid => handle == -1;

    /// <summary>What the kernel knows this socket by; events carry it as the one who caused them.</summary>
    public uint PortId { get; private set; }

    public NetlinkProtocol Protocol { get; private init; }

    /// <summary>Opens and binds a socket, with extended acknowledgements and without the request quoted in them.</summary>
    /// <param name="protocol">Which family of the kernel to talk to.</param>
    /// <param name="receiveBufferSize">Size of the largest datagram that is read in one piece; the kernel fills dumps up to 32 KiB.</param>
    /// <exception cref="NetlinkException">The kernel gave no socket.</exception>
    public static NetlinkSocket Open(NetlinkProtocol protocol, int receiveBufferSize = 64 * 1024)
    {
        var descriptor = Libc.Socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, (int)protocol);
        if (descriptor < 0)
        {
            throw Failure($"cannot open a netlink socket for {protocol}");
        }

        var socket = new NetlinkSocket(receiveBufferSize) { Protocol = protocol };
        socket.SetHandle(descriptor);
        try
        {
            socket.Bind();
            // Old kernels know neither; they answer more tersely or with the request quoted, which is read as well.
            socket.TrySetOption(Libc.SOL_NETLINK, Libc.NETLINK_EXT_ACK, 1);
            socket.TrySetOption(Libc.SOL_NETLINK, Libc.NETLINK_CAP_ACK, 1);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A number for the next message; never 0, which the kernel keeps for events. Messages may be written on several threads.</summary>
    public uint NextSequence() => Interlocked.Increment(ref _sequence) is var next and not 0 ? next : Interlocked.Increment(ref _sequence);

    /// <summary>
    /// Asks for room for one datagram of that many bytes, which must fit the send buffer whole, and says how many there is room for. Beyond the system's
    /// limit (net.core.wmem_max) only with CAP_NET_ADMIN over the machine, not merely over a user namespace.
    /// </summary>
    public unsafe int ReserveSendBuffer(int bytes)
    {
        Reserve(Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF, bytes);
        var granted = 0;
        var length = sizeof(int);
        if (Libc.GetSocketOption(this, Libc.SOL_SOCKET, Libc.SO_SNDBUF, &granted, ref length) < 0)
        {
            throw Failure("cannot read the size of a send buffer");
        }
        // af_netlink.c, netlink_sendmsg: 32 bytes are kept back.
        return granted - 32;
    }

    /// <summary>Room for answers and events that arrive before they are read.</summary>
    public void ReserveReceiveBuffer(int bytes) => Reserve(Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, bytes);

    /// <summary>Subscribes to a multicast group (NFNLGRP_NFTABLES, RTNLGRP_LINK …).</summary>
    public void JoinGroup(int group)
    {
        if (!TryJoinGroup(group))
        {
            throw Failure($"cannot join netlink group {group}");
        }
    }

    /// <summary>The same; false when the kernel refuses.</summary>
    public bool TryJoinGroup(int group) => TrySetOption(Libc.SOL_NETLINK, Libc.NETLINK_ADD_MEMBERSHIP, group);

    /// <summary>Ends a subscription. What was queued stays there to be read.</summary>
    public void LeaveGroup(int group) => TrySetOption(Libc.SOL_NETLINK, Libc.NETLINK_DROP_MEMBERSHIP, group);

    /// <summary>Dumps are filtered by what their request names (NETLINK_GET_STRICT_CHK, Linux 4.20). False where the kernel knows it not, and lists everything.</summary>
    public bool FilterDumps() => TrySetOption(Libc.SOL_NETLINK, Libc.NETLINK_GET_STRICT_CHK, 1);

    /// <summary>Sends <paramref name="messages"/> as one datagram. The kernel has worked through it, and queued its answers, when this returns.</summary>
    public unsafe void Send(ReadOnlySpan<byte> messages)
    {
        var kernel = new Libc.SockAddrNetlink { Family = Libc.AF_NETLINK };
        while (true)
        {
            nint sent;
            fixed (byte* start = messages)
            {
                sent = Libc.SendTo(this, start, (nuint)messages.Length, 0, in kernel, sizeof(Libc.SockAddrNetlink));
            }

            if (sent == messages.Length)
            {
                return;
            }

            if (sent >= 0 || Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw Failure("cannot send a netlink message");
            }
        }
    }

    /// <summary>Receives one datagram, waiting for it. The span is valid until the next call.</summary>
    public ReadOnlySpan<byte> Receive() => TryReceive(0, out var datagram) ? datagram : throw Failure("cannot receive from a netlink socket");

    /// <summary>Receives a datagram if one is there.</summary>
    public bool TryReceiveQueued(out ReadOnlySpan<byte> datagram) => TryReceive(Libc.MSG_DONTWAIT, out datagram);

    /// <summary>Sends the one message in <paramref name="request"/>, which must ask for an acknowledgement (NLM_F_ACK), and returns when it was granted.</summary>
    /// <exception cref="NetlinkException">It was refused.</exception>
    public void Request(NetlinkWriter request, uint sequence, string what)
    {
        lock (_exchange)
        {
            Send(request.Written);
            while (true)
            {
                var reader = new NetlinkReader(Receive());
                while (reader.TryRead(out var message))
                {
                    if (message.Sequence != sequence || message.Type != NetlinkError.MessageType)
                    {
                        continue;
                    }

                    var answer = NetlinkError.Read(message);
                    if (answer.Errno != 0)
                    {
                        throw answer.ToException(what);
                    }

                    return;
                }
            }
        }
    }

    /// <summary>
    /// Sends the request in <paramref name="request"/> (a dump, or a get with NLM_F_ACK, which ends the answer) and gives every message of the answer to
    /// <paramref name="receive"/>. Returns false when the kernel says that what it listed changed meanwhile (NLM_F_DUMP_INTR): ask again.
    /// </summary>
    /// <exception cref="NetlinkException">It was refused.</exception>
    public bool Dump(NetlinkWriter request, uint sequence, string what, NetlinkMessageReceiver receive)
    {
        lock (_exchange)
        {
            FinishListing();
            _isListing = true;
            var consistent = true;
            Send(request.Written);
            while (true)
            {
                var reader = new NetlinkReader(Receive());
                while (reader.TryRead(out var message))
                {
                    if (message.Sequence != sequence)
                    {
                        continue;
                    }

                    if ((message.Flags & FlagDumpInterrupted) != 0)
                    {
                        consistent = false;
                    }

                    if (message.Type is MessageDone or NetlinkError.MessageType)
                    {
                        _isListing = false;
                    }

                    if (message.Type == MessageDone)
                    {
                        return consistent;
                    }

                    if (message.Type == NetlinkError.MessageType)
                    {
                        var answer = NetlinkError.Read(message);
                        if (answer.Errno == Errno.EINTR)
                        {
                            return false;
                        }

                        if (answer.Errno != 0)
                        {
                            throw answer.ToException(what);
                        }

                        return consistent;
                    }

                    receive(message);
                }
            }
        }
    }

    internal static NetlinkException Failure(string what) => new(what, Marshal.GetLastPInvokeError());

    internal unsafe bool TrySetOption(int level, int option, int value) => Libc.SetSocketOption(this, level, option, &value, sizeof(int)) == 0;

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    /// <summary>A listing that was not read to its end (ENOBUFS, ENOMEM) goes on until somebody does, and the kernel refuses another (EBUSY) before that.</summary>
    private void FinishListing()
    {
        while (_isListing)
        {
            _isListing = TryReceiveQueued(out _);
        }
    }

    private unsafe void Bind()
    {
        var address = new Libc.SockAddrNetlink { Family = Libc.AF_NETLINK };
        var length = sizeof(Libc.SockAddrNetlink);
        if (Libc.Bind(this, in address, length) < 0 || Libc.GetSocketName(this, ref address, ref length) < 0)
        {
            throw Failure("cannot bind a netlink socket");
        }

        PortId = address.PortId;
    }

    private void Reserve(int force, int polite, int bytes)
    {
        if (!TrySetOption(Libc.SOL_SOCKET, force, bytes))
        {
            TrySetOption(Libc.SOL_SOCKET, polite, bytes);
        }
    }

    private unsafe bool TryReceive(int flags, out ReadOnlySpan<byte> datagram)
    {
        while (true)
        {
            nint received;
            // MSG_TRUNC: the true length is returned even if the buffer was too small for it.
            fixed (byte* start = _receiveBuffer)
            {
                received = Libc.Receive(this, start, (nuint)_receiveBuffer.Length, flags | Libc.MSG_TRUNC);
            }

            if (received > _receiveBuffer.Length)
            {
                throw new NetlinkException($"netlink datagram of {received} bytes was cut short", Errno.EMSGSIZE);
            }

            if (received >= 0)
            {
                datagram = _receiveBuffer.AsSpan(0, (int)received);
                return true;
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EINTR)
            {
                continue;
            }

            if (errno != Errno.EAGAIN)
            {
                throw Failure("cannot receive from a netlink socket");
            }

            datagram = default;
            return false;
        }
    }
}

/// <summary>Takes one message of an answer; the view is valid during the call only.</summary>
public delegate void NetlinkMessageReceiver(NetlinkMessage message);
