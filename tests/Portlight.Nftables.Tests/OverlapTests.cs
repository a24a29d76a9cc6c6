using Portlight.Nftables.Kernel;

namespace Portlight.Nftables.Tests;

public sealed class OverlapTests
{
    [Fact]
    public void The_second_can_wait_for_the_end_of_the_first()
    {
        bool hasEnded = false;
        bool seen = false;
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
        bool hasGoneOn = false;
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => Overlap.Run(() => throw new InvalidOperationException("first"), waitForFirst =>
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
        bool hasEnded = false;
        Assert.Throws<ArgumentException>(() => Overlap.Run(() => hasEnded = true, _ => throw new ArgumentException("second")));
        Assert.True(hasEnded);
    }
}
