using System.Runtime.InteropServices;

namespace Portlight.Nftables.Netlink;

/// <summary>The kernel's answer to one message (NLMSG_ERROR): an acknowledgement when <see cref="Errno"/> is 0.</summary>
public readonly record struct NetlinkError(int Errno, uint Sequence, string? ExtendedAck, uint? Offset)
{
    internal const ushort MessageType = 2;

    private const ushort FlagCapped = 0x100;
    private const ushort FlagTlvs = 0x200;
    private const ushort AttributeMessage = 1;
    private const ushort AttributeOffset = 2;

    /// <summary>Reads struct nlmsgerr and the extended acknowledgement behind it.</summary>
    public static NetlinkError Read(NetlinkMessage message)
    {
        var payload = message.Payload;
        var errno = -MemoryMarshal.Read<int>(payload);
        if ((message.Flags & FlagTlvs) == 0)
        {
            return new NetlinkError(errno, message.Sequence, null, null);
        }

        // The refused message is quoted before the TLVs: its header alone when capped, whole otherwise.
        var quoted = (message.Flags & FlagCapped) != 0 ? NetlinkMessage.HeaderLength : MemoryMarshal.Read<int>(payload[4..]);
        var extended = message.Attributes(4 + quoted);
        return new NetlinkError(
            errno,
            message.Sequence,
            extended.TextOrNull(AttributeMessage),
            extended.TryGet(AttributeOffset, out var offset) ? offset.U32 : null);
    }

    public NetlinkException ToException(string what) => new(what, Errno, ExtendedAck, Offset, Sequence);
}
