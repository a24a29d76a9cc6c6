using Portlight.TestKit;

namespace Portlight.Storage.Contract;

/// <summary>How writes are prepared: on what they rest, and what becomes of those that others come before.</summary>
public abstract class PreparationContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    private const string Account = "111122223333";

    [Fact]
    public async Task A_write_is_prepared_at_once_on_its_callers_thread()
    {
        var hold = await HoldWriterAsync();
        var thread = 0;
        var write = Store.SaveAsync((_, changes) =>
        {
            thread = Environment.CurrentManagedThreadId;
            return changes.Save(Sample.Instance(1));
        }, Cancellation);

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        hold.Dispose();
        await write;
    }

    [Fact]
    public async Task A_write_that_changes_nothing_of_what_is_durable_waits_for_nobody()
    {
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        using var hold = await HoldWriterAsync();

        Assert.NotNull(await Store.SaveAsync((view, _) => view.FindInstance(Sample.Scope, "web-1"), Cancellation));
    }

    [Fact]
    public async Task What_was_read_of_a_write_on_its_way_is_told_once_it_is_durable()
    {
        var hold = await HoldWriterAsync();
        var write = ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var read = Store.SaveAsync((view, _) => view.FindInstance(Sample.Scope, "web-1") is not null, Cancellation);
        var refused = Store.SaveAsync<int>((view, _) => throw new InvalidOperationException(view.FindInstance(Sample.Scope, "web-1")!.Name), Cancellation);

        Assert.Null(View.FindInstance(Sample.Scope, "web-1"));
        Assert.False(read.IsCompleted || refused.IsCompleted);
        hold.Dispose();
        Assert.True(await read);
        Assert.Equal("web-1", (await Assert.ThrowsAsync<InvalidOperationException>(() => refused)).Message);
        Assert.Equal(1, (await write).Revision);
    }

    [Fact]
    public async Task Writes_of_one_instance_follow_each_other_without_waiting_for_the_disk()
    {
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var hold = await HoldWriterAsync();
        var prepared = 0;
        var puts = Enumerable.Range(1, 50).Select(port => Store.SaveAsync((view, changes) =>
        {
            prepared++;
            var before = view.FindInstance(Sample.Scope, "web-1")!;
            return changes.Save(before with { UserData = before.UserData + "x" });
        }, Cancellation)).ToList();
        hold.Dispose();

        Assert.Equal(Enumerable.Range(2, 50), (await Task.WhenAll(puts)).Select(saved => (int)saved.Revision));
        Assert.Equal(50, prepared);
        Assert.Equal(new string('x', 50), View.FindInstance(Sample.Scope, "web-1")!.UserData);
    }

    [Fact]
    public async Task A_write_whose_row_another_has_changed_meanwhile_is_prepared_again()
    {
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var seen = new List<long>();
        var saved = await Store.SaveAsync((view, changes) =>
        {
            var instance = view.FindInstance(Sample.Scope, "web-1")!;
            seen.Add(instance.Revision);
            if (seen.Count < 4)
            {
                Meanwhile(() => Store.SaveAsync((_, other) => other.Save(Sample.Instance(1)), Cancellation));
            }

            return changes.Save(instance with { UserData = "mine" });
        }, Cancellation);

        Assert.Equal([1, 2, 3, 4], seen);
        Assert.Equal((5, "mine"), (saved.Revision, View.FindInstance(Sample.Scope, "web-1")!.UserData));
    }

    [Fact]
    public async Task A_refusal_counts_only_for_what_is_so()
    {
        var prepared = 0;
        var saved = await Store.SaveAsync((view, changes) =>
        {
            var isThere = view.FindInstance(Sample.Scope, "web-1") is not null;
            if (prepared++ == 0)
            {
                Meanwhile(() => ChangeAsync(other => other.Save(Sample.Instance(1))));
            }

            return isThere ? changes.Save(Sample.Instance(1) with { UserData = "mine" }) : throw new InvalidOperationException("there is none");
        }, Cancellation);

        Assert.Equal((2, 2), (prepared, saved.Revision));
    }

    [Fact]
    public async Task A_write_of_a_row_that_others_change_faster_each_time_gets_its_turn()
    {
        var (prepared, others) = (0, new List<Task>());
        var saved = await Store.SaveAsync((view, changes) =>
        {
            var instance = view.FindInstance(Sample.Scope, "web-1") ?? Sample.Instance(1);
            prepared++;
            others.Add(ChangeAsync(other => other.Save(Sample.Instance(1) with { UserData = $"{others.Count}" })));
            return changes.Save(instance with { BundleId = "mine" });
        }, Cancellation);
        await Task.WhenAll(others);

        // The last of the others comes after it.
        Assert.Equal((5, 5, 5, 6), (prepared, others.Count, saved.Revision, View.FindInstance(Sample.Scope, "web-1")!.Revision));
    }

    [Fact]
    public async Task Writes_of_one_row_from_many_threads_all_get_through()
    {
        var threads = Enumerable.Range(0, 32).Select(_ => Task.Factory.StartNew(WriteTenTimes, Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll(threads);

        Assert.Equal(320, View.FindInstance(Sample.Scope, "web-1")!.Revision);

        void WriteTenTimes()
        {
            for (var i = 0; i < 10; i++)
            {
                Store.SaveAsync((view, changes) =>
                {
                    var instance = view.FindInstance(Sample.Scope, "web-1") ?? Sample.Instance(1);
                    Thread.Yield(); // As if another had the processor now.
                    return changes.Save(instance);
                }, Cancellation).GetAwaiter().GetResult();
            }
        }
    }

    [Fact]
    public async Task A_write_that_is_too_late_now_for_one_thing_and_now_for_another_is_told_so_and_nothing_is_written()
    {
        var prepared = 0;
        await Assert.ThrowsAsync<ConflictException>(() => Store.SaveAsync((view, changes) =>
        {
            _ = view.FindInstance(Sample.Scope, "web-1");
            _ = view.FindInstance(Sample.Scope, "web-3");
            prepared++;
            Meanwhile(() => ChangeAsync(other => other.Save(Sample.Instance(prepared <= 4 ? 1 : 3))));
            return changes.Save(Sample.Instance(2));
        }, Cancellation));

        Assert.Equal(16, prepared);
        Assert.Null(View.FindInstance(Sample.Scope, "web-2"));
    }

    [Fact]
    public async Task An_index_is_the_same_however_often_its_write_is_prepared()
    {
        var given = new List<long>();
        await Store.SaveAsync((view, changes) =>
        {
            _ = view.FindInstance(Sample.Scope, "web-9");
            given.Add(changes.NewIndex());
            if (given.Count == 1)
            {
                Meanwhile(() => ChangeAsync(other => other.Save(Sample.Instance(90, "web-9"))));
            }

            return changes.Save(Sample.Instance(given[^1]));
        }, Cancellation);

        Assert.Equal([1, 1], given);
    }

    /// <summary>Write skew: each is right by itself, and both together would break what each has looked at.</summary>
    [Fact]
    public async Task Two_that_each_rest_on_what_the_other_changes_do_not_both_come_through()
    {
        await ChangeAsync(changes => changes.Save(IdentitySample.Group("ops")));
        await ChangeAsync(changes => changes.Save(IdentitySample.User("ann") with { Groups = [] }));
        var met = 0;
        var delete = await Record.ExceptionAsync(() => Store.SaveAsync((view, changes) =>
        {
            if (view.IsHeld(Account, IdentityUse.OfGroup("ops")))
            {
                throw new InvalidOperationException("somebody is in it");
            }

            if (met++ == 0)
            {
                Meanwhile(() => Store.SaveAsync((inner, other) =>
                {
                    other.Save(inner.FindUser(Account, "ann")! with { Groups = [inner.FindGroup(Account, "ops")!.Name] });
                    return 0;
                }, Cancellation));
            }

            changes.Remove(view.FindGroup(Account, "ops")!);
            return 0;
        }, Cancellation));

        Assert.Equal("somebody is in it", Assert.IsType<InvalidOperationException>(delete).Message);
        Assert.NotNull(View.FindGroup(Account, "ops"));
    }

    [Fact]
    public async Task A_number_that_may_not_be_exceeded_is_not_however_many_write_at_once()
    {
        const int Quota = 10;
        var made = await Task.WhenAll(Enumerable.Range(1, 40).Select(number => Task.Run(() => Store.SaveAsync((view, changes) =>
        {
            if (view.CountInstances(Sample.Scope) >= Quota)
            {
                return false;
            }

            changes.Save(Sample.Instance(number));
            return true;
        }, Cancellation))));

        Assert.Equal(Quota, made.Count(one => one));
        Assert.Equal(Quota, View.CountInstances(Sample.Scope));
    }

    [Fact]
    public async Task A_write_that_rests_on_a_set_comes_through_however_often_others_touch_it()
    {
        using var stop = new CancellationTokenSource();
        var number = 0;
        var storm = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await ChangeAsync(changes => changes.Save(Sample.Operation(Interlocked.Increment(ref number), "web-1")));
            }
        })).ToList();
        for (var round = 0; round < 10; round++)
        {
            var seen = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Store.SaveAsync((view, changes) =>
            {
                var count = view.ListOperations(Sample.Scope, "web-1", null, 100_000).Operations.Count;
                changes.Save(Sample.Operation(Interlocked.Increment(ref number), "web-1"));
                return count;
            }, Cancellation))));
            Assert.NotEqual(seen[0], seen[1]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(storm);
        Assert.True(number > 40, $"{number} writes");
    }

    [Fact]
    public async Task Names_and_addresses_are_taken_once()
    {
        var made = await Task.WhenAll(Enumerable.Range(1, 20).Select(number => Task.Run(() => Store.SaveAsync((view, changes) =>
        {
            var ip = Sample.StaticIp($"ip-{number % 10}", number % 5);
            if (view.IsNameTaken(Sample.Scope, ip.Name) || view.IsAddressTaken(ip.Address))
            {
                return false;
            }

            changes.Save(ip);
            return true;
        }, Cancellation))));

        Assert.Equal(5, made.Count(one => one));
        Assert.Equal(5, View.ListStaticIps(Sample.Scope, "", 100).Select(ip => ip.Address).Distinct().Count());
    }

    [Fact]
    public async Task An_account_that_floods_the_store_waits_for_its_own_and_lets_others_pass()
    {
        var hold = await HoldWriterAsync();
        var flood = Enumerable.Range(1, 1000).Select(number => Store.CommitAsync((_, changes) => changes.Save(Sample.Instance(number)), "flooding", Cancellation)).ToList();
        var honest = Store.CommitAsync((_, changes) => changes.Save(Sample.Instance(2000)), "honest", Cancellation);
        hold.Dispose();

        var mine = await honest;
        await Task.WhenAll(flood);
        Assert.InRange(mine.Final(mine.Result).Revision, 1, 65);
    }

    private static void Meanwhile(Func<Task> write) => Task.Run(write).GetAwaiter().GetResult();
}
