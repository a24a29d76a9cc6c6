using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Storage.Contract;

/// <summary>Events that no decision carries: when they are durable, and what happens when there are too many.</summary>
public abstract class AuditRecordContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    [Fact]
    public async Task An_event_without_a_decision_goes_into_the_next_commit()
    {
        await Store.RecordAsync(IdentitySample.Event(1));
        await Store.RecordAsync(IdentitySample.Event(2));
        Assert.Null(View.FindAuditBlockAfter(0));
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));

        Assert.Equal([1, 2], IdentitySample.Numbers(View));
    }

    [Fact]
    public async Task An_event_without_a_decision_is_durable_a_tenth_of_a_second_later()
    {
        var told = NextEvents();
        await Store.RecordAsync(IdentitySample.Event(1));
        Time.Advance(TimeSpan.FromMilliseconds(99));
        await Store.SaveAsync((_, _) => 0, Cancellation);
        Assert.Null(View.FindAuditBlockAfter(0));

        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await told());
        Assert.Equal([1], IdentitySample.Numbers(View));

        await Store.RecordAsync(IdentitySample.Event(2));
        Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, await told());
        Assert.Equal([1, 2], IdentitySample.Numbers(View));
    }

    [Fact]
    public async Task Many_events_do_not_wait_for_the_clock()
    {
        var told = NextEvents();
        for (var number = 1; number <= 300; number++)
        {
            await Store.RecordAsync(IdentitySample.Event(number, padding: 4_000));
        }

        Assert.True(await told() > 0);
    }

    [Fact]
    public async Task Closing_the_store_keeps_what_waits()
    {
        for (var number = 1; number <= 5; number++)
        {
            await Store.RecordAsync(IdentitySample.Event(number));
        }

        await ReopenAsync();
        Assert.Equal([1, 2, 3, 4, 5], IdentitySample.Numbers(View));
    }

    [Fact]
    public async Task A_closed_store_takes_no_event()
    {
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Store.RecordAsync(IdentitySample.Event(1)));
    }

    /// <summary>Of what waits there is never more than memory should hold; who comes later waits for room, and nothing is lost or changes places.</summary>
    [Fact]
    public async Task A_caller_that_finds_the_way_full_waits_until_something_is_durable()
    {
        const int Events = 60, Size = 500_000;
        var hold = await HoldWriterAsync();
        var recorded = Enumerable.Range(1, Events).Select(number => Store.RecordAsync(IdentitySample.Event(number, Size)).AsTask()).ToList();
        var admitted = recorded.Count(task => task.IsCompleted);
        Assert.InRange(admitted, 20, 40);
        hold.Dispose();
        await Task.WhenAll(recorded);
        await ReopenAsync();

        Assert.Equal(Enumerable.Range(1, Events).Select(number => (long)number), IdentitySample.Numbers(View));
    }

    [Fact]
    public async Task An_event_larger_than_all_room_gets_through_alone()
    {
        await Store.RecordAsync(IdentitySample.Event(1, padding: 20_000_000));
        await ReopenAsync();
        Assert.Equal([1], IdentitySample.Numbers(View));
    }

    /// <summary>Answers, call by call, with what the observer is told next.</summary>
    private Func<Task<long>> NextEvents()
    {
        var told = System.Threading.Channels.Channel.CreateUnbounded<long>();
        Store.ObserveAudit(last => Assert.True(told.Writer.TryWrite(last)));
        return async () =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            limit.CancelAfter(Deadline.Span);
            return await told.Reader.ReadAsync(limit.Token);
        };
    }
}
