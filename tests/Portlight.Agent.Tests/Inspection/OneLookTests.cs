using Portlight.Agent.Inspection;
using Portlight.AgentProtocol;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Tests.Inspection;

public sealed class OneLookTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_comes_while_another_looks_is_answered_after_it()
    {
        var look = new OneLook("too many");
        var order = new List<string>();
        using var mayEnd = new ManualResetEventSlim();
        var first = look.TakeAsync(
            () =>
            {
                mayEnd.Wait(Cancellation);
                order.Add("first");
                return 1;
            },
            Cancellation);
        var second = look.TakeAsync(
            () =>
            {
                order.Add("second");
                return 2;
            },
            Cancellation);
        Assert.False(second.IsCompleted);

        mayEnd.Set();

        Assert.Equal((1, 2), (await first, await second));
        Assert.Equal(["first", "second"], order);
    }

    [Fact]
    public async Task One_that_gives_up_or_fails_leaves_the_turn_to_the_next()
    {
        var look = new OneLook("too many");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => look.TakeAsync(() => 0, new CancellationToken(canceled: true)));

        var refused = await Assert.ThrowsAsync<AgentException>(() => look.TakeAsync<int>(() => throw new NetlinkException("cannot be asked", 1), Cancellation));

        Assert.StartsWith("cannot be asked", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, await look.TakeAsync(() => 3, Cancellation));
    }
}
