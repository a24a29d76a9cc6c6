namespace Portlight.Linux;

/// <summary>The error numbers that calls of the kernel and netlink answer with (<c>asm-generic/errno.h</c>), by name and in words.</summary>
public static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int ERANGE = 34;
    public const int ENOTEMPTY = 39;
    public const int ERESTART = 85;
    public const int EMSGSIZE = 90;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int ENOBUFS = 105;

    /// <summary>The symbol, for example <c>EPERM</c>; <c>errno 123</c> when the number is none that netlink is known to use.</summary>
    public static string Name(int errno) => errno switch
    {
        EPERM => "EPERM",
        ENOENT => "ENOENT",
        EINTR => "EINTR",
        7 => "E2BIG",
        9 => "EBADF",
        EAGAIN => "EAGAIN",
        ENOMEM => "ENOMEM",
        13 => "EACCES",
        EBUSY => "EBUSY",
        EEXIST => "EEXIST",
        ENODEV => "ENODEV",
        EINVAL => "EINVAL",
        ENFILE => "ENFILE",
        24 => "EMFILE",
        31 => "EMLINK",
        ERANGE => "ERANGE",
        36 => "ENAMETOOLONG",
        ENOTEMPTY => "ENOTEMPTY",
        40 => "ELOOP",
        75 => "EOVERFLOW",
        ERESTART => "ERESTART",
        EMSGSIZE => "EMSGSIZE",
        93 => "EPROTONOSUPPORT",
        EOPNOTSUPP => "EOPNOTSUPP",
        97 => "EAFNOSUPPORT",
        EADDRINUSE => "EADDRINUSE",
        99 => "EADDRNOTAVAIL",
        100 => "ENETDOWN",
        101 => "ENETUNREACH",
        ENOBUFS => "ENOBUFS",
        _ => "errno " + errno,
    };

    /// <summary>What the number usually means when a netlink request is refused with it.</summary>
    public static string Explain(int errno) => errno switch
    {
        EPERM => "not permitted: CAP_NET_ADMIN is missing, or the object belongs to another process",
        ENOENT => "no such object, or the kernel lacks the module for it",
        ENOMEM => "out of kernel memory",
        EBUSY => "in use",
        EEXIST => "exists already",
        ENODEV => "no such device",
        EINVAL => "invalid request",
        ENOTEMPTY => "overlaps with what is there",
        EMSGSIZE => "message too long for the socket's send buffer",
        EOPNOTSUPP => "not supported by this kernel",
        ENOBUFS => "socket buffer overflow",
        _ => "refused",
    };
}
