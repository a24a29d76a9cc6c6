using System.Runtime.InteropServices;

namespace Portlight.Nftables.Tests;

/// <summary>Takes CAP_NET_ADMIN from the calling thread: capabilities belong to threads.</summary>
internal static partial class Capabilities
{
    private const uint Version3 = 0x20080522;
    private const uint NetAdmin = 1u << 12;

    internal static unsafe void DropNetAdmin()
    {
        var header = stackalloc uint[2] { Version3, 0 };
        // struct __user_cap_data_struct[2]: effective, permitted, inheritable for the low and the high word.
        var sets = stackalloc uint[6];
        Assert.Equal(0, Get(header, sets));
        sets[0] &= ~NetAdmin;
        Assert.Equal(0, Set(header, sets));
    }

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static unsafe partial int Get(uint* header, uint* sets);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static unsafe partial int Set(uint* header, uint* sets);
}
