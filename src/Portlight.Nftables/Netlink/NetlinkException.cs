namespace Portlight.Nftables.Netlink;

/// <summary>A netlink request was refused, or a call on a netlink socket failed. Carries what the kernel said, in its words.</summary>
public sealed class NetlinkException : Exception
{
    public NetlinkException(string what, int errno, string? extendedAck = null, uint? offset = null, uint sequence = 0)
        : base($"{what}: {Linux.Errno.Name(errno)} ({Linux.Errno.Explain(errno)}){(extendedAck is null ? "" : $", the kernel says `{extendedAck}`")}")
    {
        Errno = errno;
        ExtendedAck = extendedAck;
        Offset = offset;
        Sequence = sequence;
    }

    /// <summary>The positive error number.</summary>
    public int Errno { get; }

    /// <summary>The symbol of <see cref="Errno"/>.</summary>
    public string ErrnoName => Linux.Errno.Name(Errno);

    /// <summary>The kernel's explanation (NLMSGERR_ATTR_MSG), where it gives one.</summary>
    public string? ExtendedAck { get; }

    /// <summary>Offset in the refused message of the attribute that the kernel objects to (NLMSGERR_ATTR_OFFS).</summary>
    public uint? Offset { get; }

    /// <summary>Sequence number of the refused message; 0 when the call itself failed.</summary>
    public uint Sequence { get; }
}
