using System.Collections.Frozen;
using Portlight.Linux;

namespace Portlight.Agent.Inspection;

/// <summary>
/// The cgroups in which systemd runs SSH servers and makes the sockets that it listens on for them (systemd.resource-control(5)): directories of the cgroup2
/// hierarchy, which the kernel numbers by their inodes. Another machine has no such directories, or keeps its units in the hierarchy of cgroup 1.
/// </summary>
internal static class SshCgroups
{
    private const string Slice = "system.slice";
    private const int MountPoint = 4;

    /// <summary>As distributions call them, with the servers that <see cref="SshServer"/> knows by their processes.</summary>
    private static readonly string[] Units = [.. from name in (string[])["ssh", "sshd", "dropbear", "tinysshd"] from kind in (string[])["service", "socket"] select $"{name}.{kind}"];

    internal static FrozenSet<ulong> Find() =>
        MountPoints(File.ReadLines("/proc/thread-self/mountinfo"))
            .SelectMany(root => Units.Select(unit => FileIdentity.OfExisting(new NativePath($"{root}/{Slice}/{unit}"))?.Inode))
            .OfType<ulong>()
            .ToFrozenSet();

    /// <summary>Where cgroup2 is mounted: alone, or beside cgroup 1 (proc(5): optional fields end with a hyphen, before the kind of file system).</summary>
    internal static IEnumerable<string> MountPoints(IEnumerable<string> mounts) =>
        from line in mounts
        let fields = line.Split(' ')
        where fields.SkipWhile(field => field != "-").ElementAtOrDefault(1) == "cgroup2"
        select fields[MountPoint];
}
