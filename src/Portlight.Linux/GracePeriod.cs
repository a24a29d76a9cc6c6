using System.Runtime.InteropServices;

namespace Portlight.Linux;

/// <summary>Waits until the kernel has nothing in hand any more that it had in hand before.</summary>
public static class GracePeriod
{
    /// <summary>
    /// Returns when every processor has left the section in which it was reading kernel structures at the call (RCU): a packet that is on its way through the hooks of netfilter at the call is through them at the
    /// return, however long its processor is stopped. MEMBARRIER_CMD_GLOBAL of membarrier(2), which on a machine of several processors is <c>synchronize_rcu()</c> (kernel/sched/membarrier.c); some
    /// milliseconds. False: the kernel does not do it (<c>nohz_full</c>, or before Linux 4.3), and nothing was waited for.
    /// </summary>
    public static bool Await() => Number is { } number && Libc.SystemCall(number, Libc.MEMBARRIER_CMD_GLOBAL, 0, 0) == 0;

    // asm/unistd.h: the C library has no function for it.
    private static nint? Number => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 324,
        Architecture.Arm64 => 283,
        _ => null,
    };
}
