namespace Portlight.Cluster.Chaos;

/// <summary>A packet that passes and should not, and one that does not and should, are found.</summary>
public sealed class OpenRangeTests
{
    [Fact]
    public void Both_ends_are_looked_at_and_the_ports_beside_them()
    {
        Assert.Equal([(6, false), (7, true), (9, true), (10, false)], new OpenRange(7, 9).Looks);
        Assert.Equal([(1, true), (65_535, true)], new OpenRange(1, 65_535).Looks);
    }

    [Fact]
    public void What_passes_as_it_should_is_no_difference() => Assert.Empty(new OpenRange(7, 9).Differences([false, true, true, false]));

    [Theory]
    [InlineData(0, "a packet to 6 passes")]
    [InlineData(1, "a packet to 7 does not pass")]
    [InlineData(2, "a packet to 9 does not pass")]
    [InlineData(3, "a packet to 10 passes")]
    public void Each_packet_that_is_wrong_is_found(int which, string difference)
    {
        bool[] passed = [false, true, true, false];
        passed[which] = !passed[which];

        Assert.Equal([$"open 7 to 9: {difference}"], new OpenRange(7, 9).Differences(passed));
    }

    /// <summary>A kernel that holds what was acknowledged before, or nothing, or everything.</summary>
    [Fact]
    public void A_kernel_that_is_behind_is_found()
    {
        var (now, before) = (new OpenRange(7, 9), new OpenRange(8, 9));

        Assert.NotEmpty(now.Differences([.. now.Looks.Select(look => look.Port >= before.First && look.Port <= before.Last)]));
        Assert.NotEmpty(now.Differences([.. now.Looks.Select(_ => false)]));
        Assert.NotEmpty(now.Differences([.. now.Looks.Select(_ => true)]));
    }
}
