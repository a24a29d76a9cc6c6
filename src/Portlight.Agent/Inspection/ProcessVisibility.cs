namespace Portlight.Agent.Inspection;

/// <summary>
/// Whether <c>/proc</c> leaves out other users' processes: mounted with <c>hidepid</c> (proc(5)), it does for whoever lacks CAP_SYS_PTRACE, and what is not in a
/// listing cannot be told from what is not there.
/// </summary>
internal static class ProcessVisibility
{
    private const int MountPoint = 4;
    private const string Option = "hidepid=";

    internal static bool IsRestricted() => !HostCheck.HasCapability(HostCheck.SysPtrace) && IsHiding(File.ReadLines("/proc/thread-self/mountinfo"));

    /// <summary>The last of those mounted there is the one that is seen. Kernels before 5.8 write numbers, later ones words.</summary>
    internal static bool IsHiding(IEnumerable<string> mounts)
    {
        var fields = mounts.Select(line => line.Split(' ')).LastOrDefault(fields => fields.ElementAtOrDefault(MountPoint) == "/proc");
        return fields is not null && fields[^1].Split(',').Any(option => option.StartsWith(Option, StringComparison.Ordinal) && option[Option.Length..] is not ("0" or "off"));
    }
}
