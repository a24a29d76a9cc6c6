using Portlight.Nftables.Kernel;

namespace Portlight.Nftables.Tests;

public sealed class OverlapTests
{
    [Fact]
    public void The_second_can_wait_for_the_end_of_the_first()
    {
        var hasEnded = false;
        var seen = false;
        Overlap.Run(() => hasEnded = true, waitForFirst =>
        {
            waitForFirst();
            seen = hasEnded;
        });
        Assert.True(seen);
    }

    [Fact]
    public void What_the_first_throws_ends_the_waiting_of_the_second_and_comes_out()
    {
        var hasGoneOn = false;
        var refusal = Assert.Throws<InvalidOperationException>(() => Overlap.Run(() => throw new InvalidOperationException("first"), waitForFirst =>
        {
            waitForFirst();
            hasGoneOn = true;
        }));
        Assert.Equal("first", refusal.Message);
        Assert.False(hasGoneOn);
    }

    [Fact]
    public void What_the_second_throws_comes_out_behind_the_first()
    {
        var hasEnded = false;
        Assert.Throws<ArgumentException>(() => Overlap.Run(() => hasEnded = true, _ => throw new ArgumentException("second")));
        Assert.True(hasEnded);
    }
}
