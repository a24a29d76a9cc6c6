using Portlight.Agent.Inspection;

namespace Portlight.Agent.Tests;

/// <summary>Where cgroup2 is mounted, as /proc/PID/mountinfo tells it (proc(5)).</summary>
public sealed class SshCgroupsTests
{
    [Fact]
    public void Cgroup2_is_found_alone_and_beside_cgroup_1() =>
        Assert.Equal(
            ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"],
            SshCgroups.MountPoints([
                "24 30 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw",
                "29 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 master:2 - cgroup2 cgroup2 rw,nsdelegate",
                "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd",
                "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 none rw",
            ]));
}
