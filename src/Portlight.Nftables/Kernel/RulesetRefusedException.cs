using Portlight.Nftables.Netlink;

namespace Portlight.Nftables;

/// <summary>
/// The kernel refused a transaction. Nothing of it was applied: what stood before stands. <see cref="Operation"/> and <see cref="Subject"/> name the first
/// message of the transaction that was objected to.
/// </summary>
public sealed class RulesetRefusedException : Exception
{
    internal RulesetRefusedException(string operation, string subject, NetlinkError error)
        : base($"the kernel refused to {operation} {subject}: {Linux.Errno.Name(error.Errno)} ({Linux.Errno.Explain(error.Errno)}){(error.ExtendedAck is null ? "" : $", it says `{error.ExtendedAck}`")}")
    {
        Operation = operation;
        Subject = subject;
        Errno = error.Errno;
        ExtendedAck = error.ExtendedAck;
    }

    /// <summary>What was to be done, for example <c>add elements to</c>.</summary>
    public string Operation { get; }

    /// <summary>To what, for example <c>set open_ports</c>.</summary>
    public string Subject { get; }

    /// <summary>The positive error number.</summary>
    public int Errno { get; }

    public string ErrnoName => Linux.Errno.Name(Errno);

    /// <summary>The kernel's explanation, where it gives one.</summary>
    public string? ExtendedAck { get; }

    /// <summary>Whether it is what the kernel says when an element, set or chain is not as we remember it, or a set is full (ENFILE).</summary>
    internal bool CouldBeDrift => Errno is Linux.Errno.ENOENT or Linux.Errno.EEXIST or Linux.Errno.EBUSY or Linux.Errno.ENOTEMPTY or Linux.Errno.EINVAL or Linux.Errno.ENFILE
        or Linux.Errno.EAGAIN or Linux.Errno.EINTR;
}
