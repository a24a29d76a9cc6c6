using Portlight.Storage.Contract;

namespace Portlight.Storage.Sqlite.Tests.Writing;

public sealed class CommitOrderTests
{
    [Fact]
    public async Task A_write_that_fails_does_not_come_between_the_question_whether_it_was_read_and_the_wait_for_it()
    {
        await using var source = new SqliteSource();
        await using var store = source.Open();
        var order = new CommitOrder(0, 0);
        var write = new Plan(store.View, order, new IndexNumbers(order), hasReservation: false);
        write.Changes.Save(Sample.Instance(1));
        Assert.True(order.TryTake(write, () => { }, out _));
        var reader = new Plan(store.View, order, new IndexNumbers(order), hasReservation: false);
        Assert.NotNull(reader.View.FindInstance(Sample.Scope, "web-1"));

        using var isUndone = new ManualResetEventSlim();
        var undo = new Thread(() =>
        {
            order.Undo(0, () => [write]);
            isUndone.Set();
        });
        Assert.True(order.TryRest(reader, () =>
        {
            undo.Start();
            Assert.False(isUndone.Wait(TimeSpan.FromMilliseconds(50)));
        }, out _));
        undo.Join();

        Assert.False(order.TryRest(reader, () => Assert.Fail("what it has read is gone"), out _));
    }

    /// <summary>Of three plans that wait here, one rests on what another store has changed.</summary>
    [Fact]
    public async Task A_write_that_has_lost_its_place_gets_a_new_one_at_once_whatever_keeps_its_place_before_it()
    {
        await using var source = new SqliteSource();
        await using var store = source.Open();
        var order = new CommitOrder(0, 0);
        Plan Prepare(int number)
        {
            var plan = new Plan(store.View, order, new IndexNumbers(order), hasReservation: false);
            plan.View.FindInstance(Sample.Scope, $"web-{number}");
            plan.Changes.Save(Sample.Instance(number));
            return plan;
        }

        Plan[] waiting = [Prepare(1), Prepare(2), Prepare(3)];
        Assert.All(waiting, plan => Assert.True(order.TryTake(plan, () => { }, out _)));
        var (elsewhere, late) = (Prepare(2), Prepare(2));
        order.Follow(elsewhere.Changes.Touches, 1, 0, keeps => Assert.Equal([true, false, true], waiting.Select(keeps)));

        Assert.False(order.TryTake(late, () => { }, out _));
        Assert.True(order.TryTake(Prepare(2), () => { }, out _));
        Assert.False(order.TryTake(elsewhere, () => { }, out _));
    }
}
