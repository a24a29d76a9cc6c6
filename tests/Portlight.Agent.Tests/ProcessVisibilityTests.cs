using Portlight.Agent.Inspection;

namespace Portlight.Agent.Tests;

/// <summary>Whether a mount of /proc leaves processes out, as /proc/PID/mountinfo tells it (proc(5)).</summary>
public sealed class ProcessVisibilityTests
{
    private const string Plain = "22 29 0:21 / /proc rw,nosuid - proc proc rw";

    [Theory]
    [InlineData("", false)]
    [InlineData(",gid=4", false)]
    [InlineData(",hidepid=0", false)]
    [InlineData(",hidepid=off", false)]
    [InlineData(",hidepid=1", true)]
    [InlineData(",hidepid=invisible", true)]
    [InlineData(",gid=4,hidepid=ptraceable", true)]
    public void A_mount_with_hidepid_hides(string options, bool hides) => Assert.Equal(hides, ProcessVisibility.IsHiding([Plain, "30 29 0:5 / /dev rw - tmpfs x rw,hidepid=2", $"90 22 0:50 / /proc rw shared:9 - proc proc rw{options}"]));

    [Fact]
    public void The_mount_on_top_is_the_one_that_is_seen() => Assert.False(ProcessVisibility.IsHiding([$"{Plain},hidepid=2", Plain]));

    [Fact]
    public void Without_a_mount_of_its_own_nothing_is_known() => Assert.False(ProcessVisibility.IsHiding(["29 1 8:1 / / rw - ext4 /dev/sda1 rw,hidepid=2"]));
}
