using Portlight.Nftables.Kernel;

namespace Portlight.Nftables.Tests;

public sealed class OverlapTests : IDisposable
{
    private readonly Overlap _overlap = new();

    public void Dispose() => _overlap.Dispose();

    [Fact]
    public void The_second_can_wait_for_the_end_of_the_first()
    {
        var hasEnded = false;
        var seen = false;
        _overlap.Run(() => hasEnded = true, waitForFirst =>
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
        var refusal = Assert.Throws<InvalidOperationException>(() => _overlap.Run(() => throw new InvalidOperationException("first"), waitForFirst =>
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
        Assert.Throws<ArgumentException>(() => _overlap.Run(() => hasEnded = true, _ => throw new ArgumentException("second")));
        Assert.True(hasEnded);
    }

    [Fact]
    public void It_can_be_used_again_whatever_was_thrown()
    {
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.Throws<ArgumentException>(() => _overlap.Run(() => { }, _ => throw new ArgumentException("second")));
            Assert.Throws<InvalidOperationException>(() => _overlap.Run(() => throw new InvalidOperationException("first"), _ => { }));
        }

        var both = 0;
        _overlap.Run(() => Interlocked.Increment(ref both), _ => Interlocked.Increment(ref both));
        Assert.Equal(2, both);
    }
}
