using System.Globalization;

namespace Portlight.Agent.Inspection;

/// <summary>The capabilities of this process (linux/capability.h); in a user namespace they end at it.</summary>
internal static class ProcessCapabilities
{
    internal const int NetAdmin = 12;

    /// <summary>CAP_SYS_PTRACE, by which other users' processes can be looked into.</summary>
    internal const int SysPtrace = 19;
    internal const int SysAdmin = 21;

    internal static bool Has(int capability) => (Effective() >> capability & 1) != 0;

    private static ulong Effective()
    {
        const string Field = "CapEff:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? 0 : ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
