using System.Runtime.InteropServices;
using System.Threading.Channels;
using Portlight.Nftables.Attributes;
using Portlight.Nftables.Netlink;
using static Portlight.Nftables.Kernel.NftablesMessages;

namespace Portlight.Nftables;

/// <summary>
/// Reports when somebody other than our own session touches the table. A thread of its own waits for the kernel's events; those of the session's commits are
/// dropped in the kernel by a socket filter and cost next to nothing. One commit of somebody else is one report. Bound to one session: open another with it.
/// </summary>
public sealed class NftablesWatcher : IDisposable
{
    private const int TablesGroup = 7; // NFNLGRP_NFTABLES
    private const int WantedReceiveBuffer = 1 << 20;
    private const int ReportsKept = 64;
    private const int RepairAttempts = 3;
    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromMilliseconds(100);

    private readonly NetlinkSocket _socket;
    private readonly NftablesSession _session;
    private readonly NetlinkListener _listener;
    private readonly ManualResetEventSlim _ending = new();
    // When nobody reads them, the oldest reports are the ones to lose: each says no more than "look again".
    private readonly Channel<Drift> _reports = Channel.CreateBounded<Drift>(new BoundedChannelOptions(ReportsKept) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Action<Drift>? _noticed;
    private Drift? _pending;
    private Drift? _last;

    private NftablesWatcher(NetlinkSocket socket, NftablesSession session, Action<Drift>? noticed)
    {
        _noticed = noticed;
        _socket = socket;
        _session = session;
        _listener = NetlinkListener.Start(socket, "nf_tables watcher", Read, () => _pending = new Drift(DriftKind.Unknown, null, 0), Notice);
    }

    /// <summary>Starts to watch the network namespace of the calling thread; everything after the return is reported.</summary>
    /// <param name="session">Whose commits are not to be reported.</param>
    /// <param name="noticed">
    /// Called at once, on the watcher's thread, with the last of what was there to read: to repair without waiting for anybody. Must not throw.
    /// </param>
    /// <exception cref="NetlinkException">The kernel does not let us listen.</exception>
    public static NftablesWatcher Open(NftablesSession session, Action<Drift>? noticed = null)
    {
        var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        try
        {
            socket.ReserveReceiveBuffer(WantedReceiveBuffer);
            IgnoreEventsOf(socket, session.PortId);
            socket.JoinGroup(TablesGroup);
            return new NftablesWatcher(socket, session, noticed);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next report; waits for one. Ends with <see cref="ChannelClosedException"/> when the watcher is disposed.</summary>
    public ValueTask<Drift> WaitAsync(CancellationToken cancellationToken = default) => _reports.Reader.ReadAsync(cancellationToken);

    /// <summary>Takes a report if there is one.</summary>
    public bool TryTake(out Drift drift) => _reports.Reader.TryRead(out drift);

    public void Dispose()
    {
        _ending.Set();
        _listener.Dispose();
        _socket.Dispose();
        _ending.Dispose();
        _reports.Writer.TryComplete();
    }

    // Classic BPF on struct nlmsghdr: drop the datagram if nlmsg_pid is ours. A datagram holds events of one commit. BPF loads words big-endian.
    private static unsafe void IgnoreEventsOf(NetlinkSocket socket, uint portId)
    {
        var loaded = BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(portId) : portId;
        ReadOnlySpan<Instruction> program =
        [
            new(0x20, 0, 0, 12), // ld [12]
            new(0x15, 0, 1, loaded), // jeq #portId, next, after next
            new(0x06, 0, 0, 0), // ret #0
            new(0x06, 0, 0, uint.MaxValue), // ret #-1
        ];
        fixed (Instruction* start = program)
        {
            var filter = new Program { Length = (ushort)program.Length, Instructions = start };
            // Without it our own events are read and skipped.
            _ = Libc.SetSocketOption(socket, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, &filter, sizeof(Program));
        }
    }

    private void Read(ReadOnlySpan<byte> datagram)
    {
        var reader = new NetlinkReader(datagram);
        while (reader.TryRead(out var message))
        {
            if (message.PortId == _session.PortId || (message.Type & 0xff00) != Subsystem)
            {
                continue;
            }

            var attributes = message.Attributes(HeaderLength);
            if (message.Type == NewGeneration)
            {
                // Ends every commit and says who made it.
                if (_pending is { } touched)
                {
                    _pending = touched with { ProcessId = attributes.U32BigEndianOrNull(GenerationAttributes.ProcessId) ?? 0, ProcessName = attributes.TextOrNull(GenerationAttributes.ProcessName) };
                }

                Publish();
            }
            else if (message.Payload[0] is FamilyInet or FamilyBridge && attributes.TextOrNull(TableAttributes.Name) == TableName)
            {
                // Every nf_tables event has the table's name as its attribute 1.
                var removed = message.Type == DeleteTable || _pending is { Kind: DriftKind.Removed };
                _pending = new Drift(removed ? DriftKind.Removed : DriftKind.Touched, null, 0);
            }
        }
    }

    // Nothing more is queued. Repairing comes before telling: the report asks for a comparison, which then finds little to do.
    private void Notice()
    {
        if ((_pending ?? _last) is { } drift && _noticed is not null)
        {
            Repair(drift);
        }

        Publish();
        if (_last is { } last)
        {
            _reports.Writer.TryWrite(last);
        }

        _last = null;
    }

    // An event for each element of a repair would cost the kernel as much as the repair: meanwhile none is asked for, and the generation tells whether somebody
    // else has committed. Where somebody always does, the comparison that is reported finds what is left.
    private void Repair(Drift drift)
    {
        for (var attempt = 0; attempt < RepairAttempts; attempt++)
        {
            var before = FindForeignGeneration();
            _socket.LeaveGroup(TablesGroup);
            _noticed!(drift);
            // Refused where memory is short, or the capability is lost: without the subscription nothing would be noticed any more.
            while (!_socket.TryJoinGroup(TablesGroup) && !_ending.Wait(PauseBetweenTries))
            {
            }

            if (before is null || FindForeignGeneration() == before)
            {
                return;
            }
        }
    }

    /// <summary>Null when the kernel does not tell, which keeps nobody from repairing: the comparison that is reported finds what is left.</summary>
    private uint? FindForeignGeneration()
    {
        try
        {
            return _session.ForeignGeneration;
        }
        catch (NetlinkException)
        {
            return null;
        }
    }

    // All but the last report of a batch go out as they come.
    private void Publish()
    {
        if (_pending is not { } drift)
        {
            return;
        }

        if (_last is { } before)
        {
            _reports.Writer.TryWrite(before);
        }

        _last = drift;
        _pending = null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte whenTrue, byte whenFalse, uint operand)
    {
        private readonly ushort _code = code;
        private readonly byte _whenTrue = whenTrue;
        private readonly byte _whenFalse = whenFalse;
        private readonly uint _operand = operand;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Program
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
