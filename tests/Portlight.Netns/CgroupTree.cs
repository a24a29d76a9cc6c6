using System.Globalization;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>A tree of cgroups of a test's own, below what this machine has, with the units in it that systemd would make. Takes a root that may make cgroups; leaves nothing.</summary>
internal sealed class CgroupTree : IDisposable
{
    private readonly string _root;

    private CgroupTree(string root) => _root = root;

    /// <summary>Skips the test where there is no cgroup2, or it is not ours to write.</summary>
    internal static CgroupTree Make()
    {
        var mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).FirstOrDefault(fields => fields.Contains("cgroup2"))?[4];
        Assert.SkipWhen(mount is null, "no cgroup2 is mounted");
        var root = $"{mount}/portlight-test-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        try
        {
            Directory.CreateDirectory(root);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"no cgroup can be made: {refused.Message}");
        }

        return new CgroupTree(root);
    }

    /// <summary>A command that runs another in a machine whose cgroups these are, and whose /proc shows nobody the processes of others.</summary>
    internal string[] AsMachine => [.. Within(""), "unshare", "--cgroup", "--mount", "sh", "-c", "mount -t cgroup2 cgroup2 /sys/fs/cgroup && mount -t proc -o hidepid=2 proc /proc && exec \"$@\"", "sh"];

    /// <summary>Makes a cgroup, and a command that runs another in it.</summary>
    internal string[] Unit(string path)
    {
        Directory.CreateDirectory($"{_root}/{path}");
        return Within(path);
    }

    /// <summary>Moves every process of one cgroup into another, as logind moves that of a session.</summary>
    internal void Move(string from, string to)
    {
        Directory.CreateDirectory($"{_root}/{to}");
        foreach (var process in File.ReadAllLines($"{_root}/{from}/cgroup.procs"))
        {
            File.WriteAllText($"{_root}/{to}/cgroup.procs", process);
        }
    }

    /// <summary>Removes a cgroup whose processes have ended or are about to.</summary>
    internal void Remove(string path) => RemoveWhole($"{_root}/{path}");

    public void Dispose() => RemoveWhole(_root);

    private string[] Within(string path) => ["sh", "-c", $"echo $$ >'{_root}/{path}/cgroup.procs' && exec \"$@\"", "sh"];

    private static void RemoveWhole(string directory)
    {
        foreach (var child in Directory.EnumerateDirectories(directory).ToList())
        {
            RemoveWhole(child);
        }

        var problem = "";
        Assert.True(SpinWait.SpinUntil(() => IsRemoved(directory, out problem), Deadline.Span), problem);
    }

    private static bool IsRemoved(string directory, out string problem)
    {
        try
        {
            // The files in it are the kernel's, and go with it.
            Directory.Delete(directory);
            problem = "";
            return true;
        }
        catch (IOException refused)
        {
            problem = refused.Message;
            return false;
        }
    }
}
