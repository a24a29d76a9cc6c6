namespace Portlight.Linux;

/// <summary>How many descriptors this process may have open (getrlimit(2), RLIMIT_NOFILE). The runtime raises the soft limit to the hard one when it starts.</summary>
public static class DescriptorLimit
{
    /// <summary>The soft limit as it is now; <see cref="long.MaxValue"/> where there is none.</summary>
    public static long Current => Libc.GetResourceLimit(Libc.RLIMIT_NOFILE, out var limit) == 0 && limit.Soft <= long.MaxValue ? (long)limit.Soft : long.MaxValue;
}
