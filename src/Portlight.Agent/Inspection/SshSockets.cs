using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using Portlight.Linux;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Inspection;

/// <summary>
/// The TCP sockets of the SSH servers that systemd runs, known without a look at any process: the kernel keeps of each socket the cgroup that its maker was in, and
/// of one that was accepted the listener's, wherever the process of the session was moved afterwards (cgroup_sk_clone). Its name is INET_DIAG_CGROUP_ID in sock_diag(7), since Linux 5.9.
/// </summary>
internal sealed class SshSockets
{
    private const ushort ByFamily = 20; // SOCK_DIAG_BY_FAMILY, linux/sock_diag.h
    private const ushort CgroupId = 21; // INET_DIAG_CGROUP_ID, linux/inet_diag.h
    private const ushort RequestDump = 0x301; // NLM_F_REQUEST | NLM_F_DUMP
    private const byte Tcp = 6; // IPPROTO_TCP
    private const int Established = 1, Listening = 10; // TCP_ESTABLISHED, TCP_LISTEN
    private const int Attempts = 10;

    private readonly HashSet<int> _listenedPorts = [];
    private readonly HashSet<ulong> _connections = [];

    private SshSockets()
    {
    }

    internal static SshSockets None { get; } = new();

    /// <summary>Those of the network namespace of the calling thread; none where the kernel cannot list them.</summary>
    /// <exception cref="NetlinkException">It can, and refused.</exception>
    internal static SshSockets Read()
    {
        var cgroups = SshCgroups.Find();
        var found = new SshSockets();
        if (cgroups.Count == 0)
        {
            return found;
        }

        using var socket = NetlinkSocket.Open(NetlinkProtocol.SocketDiagnostics);
        try
        {
            found.Add(socket, Libc.AF_INET, cgroups);
            found.Add(socket, Libc.AF_INET6, cgroups);
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.ENOENT)
        {
            // A kernel without inet_diag. Port 22 is guarded all the same.
        }

        return found;
    }

    /// <summary>Whether a connection was taken by an SSH server: by its cgroup, or by its port where an earlier run of the unit took it, whose cgroup is gone.</summary>
    internal bool Contains(SocketLine connection) => _connections.Contains(connection.Inode) || _listenedPorts.Contains(connection.Local.Port);

    private void Add(NetlinkSocket socket, byte family, FrozenSet<ulong> cgroups)
    {
        using var writer = new NetlinkWriter();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            writer.Clear();
            var sequence = socket.NextSequence();
            writer.BeginMessage(ByFamily, RequestDump, sequence);
            writer.Raw(new Request { Family = family, Protocol = Tcp, States = 1 << Established | 1 << Listening });
            writer.EndMessage();
            if (socket.Dump(writer, sequence, "cannot list the TCP sockets", message => Add(message, cgroups)))
            {
                return;
            }
        }
    }

    private void Add(NetlinkMessage message, FrozenSet<ulong> cgroups)
    {
        if (message.Payload.Length < Marshal.SizeOf<Answer>()
            || !message.Attributes(Marshal.SizeOf<Answer>()).TryGet(CgroupId, out var cgroup)
            || !cgroups.Contains(MemoryMarshal.Read<ulong>(cgroup.Value)))
        {
            return;
        }

        var answer = MemoryMarshal.Read<Answer>(message.Payload);
        if (answer.State == Listening)
        {
            _listenedPorts.Add(BinaryPrimitives.ReverseEndianness(answer.LocalPort));
        }
        else if (answer.Inode != 0) // one that is not accepted yet has no inode
        {
            _connections.Add(answer.Inode);
        }
    }

    /// <summary>struct inet_diag_req_v2.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    private struct Request
    {
        [FieldOffset(0)]
        public byte Family;

        [FieldOffset(1)]
        public byte Protocol;

        [FieldOffset(4)]
        public uint States;
    }

    /// <summary>struct inet_diag_msg; the port is in network order.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    private struct Answer
    {
        [FieldOffset(1)]
        public byte State;

        [FieldOffset(4)]
        public ushort LocalPort;

        [FieldOffset(68)]
        public uint Inode;
    }
}
