namespace Portlight.Storage.Postgres.Tests;

/// <summary>Who waits for a mirror is always told something.</summary>
public sealed class MirrorWaitsTests
{
    private static readonly LogEnd Start = new(7, Guid.Empty, 0, 0);

    [Fact]
    public async Task Once_nothing_is_followed_any_more_a_wait_fails_whether_it_began_before_or_after()
    {
        var waits = new MirrorWaits(Start);
        var before = waits.ReachAsync(8);

        waits.Close(new StoreException("the store is closed"));

        await Assert.ThrowsAsync<StoreException>(() => before);
        await Assert.ThrowsAsync<StoreException>(() => waits.ReachAsync(8));
        await Assert.ThrowsAsync<StoreException>(waits.DoubtAsync);
        await waits.ReachAsync(7);
    }
}
