using System.Collections.Concurrent;
using Portlight.TestKit;

namespace Portlight.Storage.Contract;

/// <summary>What a decision is: atomic, one after the other, numbered without gaps.</summary>
public abstract class DecisionContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    [Fact]
    public async Task Revisions_count_from_one_without_gaps()
    {
        Assert.Equal(0, Store.Revision);
        var first = await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var (second, third) = await ChangeAsync(changes => (changes.Save(Sample.Instance(2)), changes.Save(Sample.Instance(3))));
        var fourth = await ChangeAsync(changes => changes.Remove(second));
        await ChangeAsync(changes => changes.Save(Sample.StaticIp("static-1", 1)));

        Assert.Equal([1, 2, 3, 4], [first.Revision, second.Revision, third.Revision, fourth]);
        Assert.Equal(4, Store.Revision);
        await ReopenAsync();
        Assert.Equal(4, Store.Revision);
        Assert.Equal(5, (await ChangeAsync(changes => changes.Save(Sample.Instance(4)))).Revision);
    }

    [Fact]
    public async Task An_index_is_never_given_out_twice()
    {
        var first = await ChangeAsync(changes => changes.NewIndex());
        var refused = 0L;
        await Assert.ThrowsAsync<RefusedException>(() => ChangeAsync<int>(changes =>
        {
            refused = changes.NewIndex();
            throw new RefusedException();
        }));
        await ReopenAsync();
        var last = await ChangeAsync(changes => changes.NewIndex());

        Assert.Equal([1, 2, 3], [first, refused, last]);
    }

    [Fact]
    public async Task A_decision_sees_what_earlier_ones_left_and_not_its_own_changes()
    {
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var hold = await HoldWriterAsync();
        var put = Store.SaveAsync((view, changes) =>
        {
            changes.Save(view.FindInstance(Sample.Scope, "web-1")! with { Ports = Sample.Ports(80) });
            return view.FindInstance(Sample.Scope, "web-1")!.Ports;
        }, Cancellation);
        var read = Store.SaveAsync((view, _) => (view.FindInstance(Sample.Scope, "web-1")!.Ports, view.ListInstances(Sample.Scope, 0, 9)[0].Ports), Cancellation);
        var outside = View.FindInstance(Sample.Scope, "web-1")!.Ports;
        hold.Dispose();

        Assert.Equal(Sample.Ssh, await put);
        Assert.Equal((Sample.Ports(80), Sample.Ports(80)), await read);
        Assert.Equal(Sample.Ssh, outside);
        Assert.Equal(Sample.Ports(80), View.FindInstance(Sample.Scope, "web-1")!.Ports);
    }

    [Fact]
    public async Task A_name_can_be_freed_and_taken_again_in_one_batch()
    {
        var old = await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var hold = await HoldWriterAsync();
        var remove = Store.SaveAsync((view, changes) => changes.Remove(view.FindInstance(Sample.Scope, "web-1")!), Cancellation);
        var gone = Store.SaveAsync((view, _) => view.FindInstance(Sample.Scope, "web-1") is null && !view.IsNameTaken(Sample.Scope, "web-1"), Cancellation);
        var again = ChangeAsync(changes => changes.Save(Sample.Instance(2, "web-1")));
        hold.Dispose();

        Assert.True(await gone);
        Assert.Equal((old.Revision + 1, old.Revision + 2), (await remove, (await again).Revision));
        Sample.AssertSame(await again, View.FindInstance(Sample.Scope, "web-1"));
        Assert.False(View.IsAddressTaken(old.PublicIpv4!));
    }

    [Fact]
    public async Task A_decision_that_throws_writes_nothing_and_does_not_disturb_its_neighbours()
    {
        var hold = await HoldWriterAsync();
        var before = ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var refused = ChangeAsync<int>(changes =>
        {
            changes.Save(Sample.Instance(2));
            changes.Save(Sample.Operation(2));
            throw new RefusedException();
        });
        var after = ChangeAsync(changes => changes.Save(Sample.Instance(3)));
        hold.Dispose();

        await Assert.ThrowsAsync<RefusedException>(() => refused);
        Assert.Equal((1, 2), ((await before).Revision, (await after).Revision));
        Assert.Equal(["web-1", "web-3"], View.AllInstances().Select(instance => instance.Name));
        Assert.Null(View.FindOperation(Sample.Scope, Sample.Id(2)));
        Assert.Equal([1, 2], View.AllInstances().Select(instance => instance.Revision));
    }

    [Fact]
    public async Task A_write_that_is_withdrawn_before_it_begins_is_never_prepared()
    {
        using var withdrawal = new CancellationTokenSource();
        await withdrawal.CancelAsync();
        var ran = false;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.SaveAsync((_, _) => ran = true, withdrawal.Token));

        await ChangeAsync(changes => changes.NewIndex());
        Assert.False(ran);
    }

    [Fact]
    public async Task Many_writers_get_revisions_without_gaps_and_every_change_is_observed_in_order()
    {
        const int Writers = 16, Each = 25;
        var observed = new ConcurrentQueue<InstanceChange>();
        Store.Observe(changes =>
        {
            foreach (var change in changes)
            {
                observed.Enqueue(change);
            }
        });
        var saved = await Task.WhenAll(Enumerable.Range(1, Writers).Select(writer => Task.Run(async () =>
        {
            var mine = new List<long>();
            for (var port = 1; port <= Each; port++)
            {
                var now = port;
                var instance = await ChangeAsync(changes => changes.Save(Sample.Instance(writer) with { Ports = Sample.Ports(now) }));
                mine.Add(instance.Revision);

                // The observer has been told before the writer is.
                Assert.Contains(observed, change => change.Revision == instance.Revision);
            }

            return mine;
        })));

        var everything = Enumerable.Range(1, Writers * Each).Select(number => (long)number).ToList();
        Assert.Equal(everything, saved.SelectMany(mine => mine).Order());
        Assert.All(saved, mine => Assert.Equal(mine.Order(), mine));
        Assert.Equal(everything, observed.Select(change => change.Revision));
        foreach (var instance in View.AllInstances())
        {
            Sample.AssertSame(observed.Last(change => change.Instance.Name == instance.Name).Instance, instance);
        }
    }

    [Fact]
    public async Task A_removal_is_observed_with_what_the_instance_was()
    {
        IReadOnlyList<InstanceChange> observed = [];
        var saved = await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        Store.Observe(changes => observed = changes);
        var revision = await ChangeAsync(changes => changes.Remove(saved));

        var change = Assert.Single(observed);
        Assert.True(change.IsRemoval);
        Assert.Equal(revision, change.Revision);
        Sample.AssertSame(saved with { Revision = revision }, change.Instance);
        Assert.Null(View.FindInstance(Sample.Scope, "web-1"));
    }

    [Fact]
    public async Task Everybody_who_observes_is_told_of_every_change()
    {
        List<long> one = [], two = [];
        Store.Observe(changes => one.AddRange(changes.Select(change => change.Revision)));
        Store.Observe(changes => two.AddRange(changes.Select(change => change.Revision)));

        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));

        Assert.Equal([1], one);
        Assert.Equal([1], two);
    }

    /// <summary>A reader that has seen a revision never sees an older one, by whichever way it reads.</summary>
    [Fact]
    public async Task A_reader_never_goes_back()
    {
        const int Puts = 400;
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var (newest, reads) = (0L, 0);
            for (; !stop.IsCancellationRequested || reads == 0; reads++)
            {
                foreach (var seen in new[] { View.FindInstance(Sample.Scope, "web-1")!.Revision, View.ListInstances(Sample.Scope, 0, 1)[0].Revision, View.FindInstance(Sample.Scope, "web-1")!.Revision })
                {
                    Assert.True(seen >= newest, $"revision {seen} after {newest}");
                    newest = seen;
                }
            }
        })).ToList();
        for (var put = 0; put < Puts; put++)
        {
            var saved = await ChangeAsync(changes => changes.Save(Sample.Instance(1) with { Ports = Sample.Ports(put) }));

            // Who has been told sees it at once.
            Assert.Equal(saved.Revision, View.FindInstance(Sample.Scope, "web-1")!.Revision);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_closed_store_takes_nothing_more()
    {
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ChangeAsync(changes => changes.NewIndex()));
        await Store.DisposeAsync();
    }

    [Fact]
    public async Task What_waits_is_committed_before_the_store_closes()
    {
        var hold = await HoldWriterAsync();
        var waiting = ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var closing = Store.DisposeAsync();
        hold.Dispose();
        await closing;
        await waiting;
        await ReopenAsync();

        Assert.NotNull(View.FindInstance(Sample.Scope, "web-1"));
    }

    private sealed class RefusedException : Exception;
}
