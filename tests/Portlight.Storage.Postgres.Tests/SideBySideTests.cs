using System.Collections.Concurrent;
using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>Two stores on one database: none of them special, and each sees at once what the other has acknowledged.</summary>
public sealed class SideBySideTests : IAsyncLifetime
{
    private readonly PostgresSource _source = new();

    private PostgresStore A { get; set; } = null!;

    private PostgresStore B { get; set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (A, B) = (await _source.OpenAsync("a"), await _source.OpenAsync("b"));

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task What_one_has_acknowledged_the_other_reads_at_once()
    {
        for (var port = 1; port <= 50; port++)
        {
            var (writer, reader) = port % 2 == 0 ? (A, B) : (B, A);
            var saved = await SaveAsync(writer, changes => changes.Save(Sample.Instance(1) with { Ports = Sample.Ports(port) }));
            await reader.CatchUpAsync(Cancellation);
            Sample.AssertSame(saved, reader.View.FindInstance(Sample.Scope, "web-1"));
        }

        Assert.Equal((50, 50), (A.Revision, B.Revision));
    }

    [Fact]
    public async Task How_far_the_kernel_of_a_host_is_the_other_is_told_soon_though_nothing_else_is_written()
    {
        var told = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        B.ObserveHosts(names => told.TrySetResult(names.Contains("fra-07") ? B.View.AppliedOn("fra-07") : 0));
        var saved = await SaveAsync(A, changes => changes.Save(Sample.Instance(1)));
        A.NoteApplied("fra-07", saved.Revision);
        Assert.Equal(saved.Revision, await told.Task.WaitAsync(Deadline.Span, Cancellation));
    }

    [Fact]
    public async Task A_key_that_one_has_revoked_the_other_does_not_find_any_more()
    {
        await SaveAsync(A, changes => changes.Save(Sample.AccessKey("AKIA1")));
        await B.CatchUpAsync(Cancellation);
        Assert.NotNull(B.View.FindAccessKey("AKIA1"));

        await SaveAsync(A, changes => changes.Remove(Sample.AccessKey("AKIA1")));
        await B.CatchUpAsync(Cancellation);

        Assert.Null(B.View.FindAccessKey("AKIA1"));
        Assert.Empty(B.View.ListAccessKeys(Sample.AccessKey("AKIA1").AccountId));
    }

    [Fact]
    public async Task Everything_that_can_be_stored_arrives_as_it_was_and_leaves_again()
    {
        var full = Sample.Attachments.Select((attachment, at) => Sample.FullInstance(at + 1, attachment)).ToList();
        var ip = Sample.StaticIp("static-9", 9) with { AttachedTo = "web-1" };
        var pair = Sample.KeyPair("key-1") with { SealedPrivateKey = [0, 1, 255], Tags = Tags.None.Add("a", null) };
        await SaveAsync(A, changes =>
        {
            full.ForEach(instance => changes.Save(instance));
            changes.Save(ip);
            changes.Save(pair);
            changes.Save(new Account("111122223333", AccountState.Active, IsOwner: true, Sample.Start));
            changes.Save(new OpenRegion("eu-west-1", IsReady: true, Sample.Start));
            changes.Save(Sample.AccessKey("AKIA1"));
            changes.Save(new AccessKeyUse("AKIA1", Sample.Start, "lightsail", "us-east-1"));
            changes.Save(IdentitySample.FullUser);
            changes.Save(IdentitySample.FullGroup);
            changes.Save(IdentitySample.FullRole);
            changes.Save(IdentitySample.FullPolicy);
            changes.Save(Sample.Operation(1, "web-1"));
        });
        await B.CatchUpAsync(Cancellation);

        AssertSame(A.View, B.View, full.Count);
        await SaveAsync(B, changes =>
        {
            changes.Remove(B.View.FindUser("111122223333", "ann")!);
            changes.Remove(ip);
            changes.Remove(B.View.FindInstance(Sample.Scope, full[0].Name)!);
            changes.Save(full[0] with { Index = 77 });
            changes.Remove(full[0] with { Index = 77 });
        });
        await A.CatchUpAsync(Cancellation);

        Assert.Null(A.View.FindUser("111122223333", "ann"));
        Assert.Null(A.View.FindInstance(Sample.Scope, full[0].Name));
        Assert.Null(A.View.FindStaticIp(Sample.Scope, ip.Name));
        AssertSame(A.View, B.View, full.Count - 1);

        // A third, which has seen nothing of it, begins with what there is.
        await using var late = await _source.OpenAsync("late");
        AssertSame(A.View, late.View, full.Count - 1);
        Assert.Equal(A.Revision, late.Revision);
    }

    [Fact]
    public async Task Writers_of_both_get_revisions_without_gaps_and_both_observe_all_in_order()
    {
        const int Writers = 8, Each = 25;
        var (ofA, ofB) = (Observe(A), Observe(B));
        var saved = await Task.WhenAll(Enumerable.Range(1, Writers).Select(writer => Task.Run(async () =>
        {
            var store = writer % 2 == 0 ? A : B;
            var mine = new List<long>();
            for (var port = 1; port <= Each; port++)
            {
                var now = port;
                mine.Add((await SaveAsync(store, changes => changes.Save(Sample.Instance(writer) with { Ports = Sample.Ports(now) }))).Revision);
            }

            return mine;
        })));
        await A.CatchUpAsync(Cancellation);
        await B.CatchUpAsync(Cancellation);

        var everything = Enumerable.Range(1, Writers * Each).Select(number => (long)number).ToList();
        Assert.Equal(everything, saved.SelectMany(mine => mine).Order());
        Assert.Equal(everything, ofA);
        Assert.Equal(everything, ofB);
        AssertSame(A.View, B.View, Writers);
    }

    [Fact]
    public async Task A_counter_that_both_raise_loses_nothing()
    {
        const int Each = 40;
        await SaveAsync(A, changes => changes.Save(Sample.Instance(1)));
        await B.CatchUpAsync(Cancellation);
        await Task.WhenAll(new[] { A, B }.Select(store => Task.Run(async () =>
        {
            for (var times = 0; times < Each; times++)
            {
                await store.SaveAsync((view, changes) =>
                {
                    var before = view.FindInstance(Sample.Scope, "web-1")!;
                    return changes.Save(before with { UserData = before.UserData + "x" });
                }, Cancellation);
            }
        })));
        await A.CatchUpAsync(Cancellation);

        Assert.Equal(2 * Each, A.View.FindInstance(Sample.Scope, "web-1")!.UserData.Length);
    }

    [Fact]
    public async Task A_quota_is_kept_and_a_number_is_given_out_once_whichever_store_is_asked()
    {
        const int Quota = 10;
        var made = await Task.WhenAll(Enumerable.Range(1, 40).Select(number => Task.Run(() => (number % 2 == 0 ? A : B).SaveAsync((view, changes) =>
        {
            if (view.CountInstances(Sample.Scope) >= Quota)
            {
                return 0;
            }

            var index = changes.NewIndex();
            changes.Save(Sample.Instance(index, $"web-{number}"));
            return index;
        }, Cancellation))));
        await A.CatchUpAsync(Cancellation);

        Assert.Equal(Quota, made.Count(index => index > 0));
        Assert.Equal(Quota, made.Where(index => index > 0).Distinct().Count());
        Assert.Equal(Quota, A.View.CountInstances(Sample.Scope));
    }

    [Fact]
    public async Task The_audit_log_of_both_is_one_chain_with_every_event_once_and_is_forgotten_for_both()
    {
        const int Each = 60;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(task => Task.Run(async () =>
        {
            var store = task % 2 == 0 ? A : B;
            for (var number = 0; number < Each; number++)
            {
                var recorded = IdentitySample.Event((task * Each) + number);
                if (task < 2)
                {
                    await SaveAsync(store, changes => changes.Record(recorded));
                }
                else
                {
                    await store.RecordAsync(recorded, untilDurable: number == Each - 1);
                }
            }
        })));
        await A.CatchUpAsync(Cancellation);
        await B.CatchUpAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 4 * Each).Select(number => (long)number), IdentitySample.Numbers(A.View).Order());
        Assert.Equal(IdentitySample.Lines(A.View), IdentitySample.Lines(B.View));
        var whole = AuditVerification.Verify(B.View);
        Assert.Null(whole.Break);

        await A.PruneAuditAsync(Sample.Start.AddDays(1), Cancellation);
        await B.CatchUpAsync(Cancellation);
        Assert.Equal(whole.Head, B.View.AuditStart);
        await SaveAsync(B, changes => changes.Record(IdentitySample.Event(7)));
        await A.CatchUpAsync(Cancellation);
        Assert.Equal([7], IdentitySample.Numbers(A.View));
        Assert.Null(AuditVerification.Verify(A.View).Break);
    }

    [Fact]
    public async Task What_one_has_pruned_or_confirmed_is_so_for_the_other()
    {
        await SaveAsync(A, changes =>
        {
            var saved = changes.Save(Sample.Instance(1));
            changes.Save(Sample.Operation(1, "web-1") with { Status = OperationStatus.Started, AwaitsRevision = saved.Revision });
            changes.Save(Sample.Operation(2, "web-2"));
        });
        await B.CatchUpAsync(Cancellation);
        Assert.Equal(OperationStatus.Started, B.View.FindOperation(Sample.Scope, Sample.Id(1))!.Status);

        A.NoteApplied(HostName.Local, 1);
        await Until.TrueAsync(() => B.View.FindOperation(Sample.Scope, Sample.Id(1))!.Status == OperationStatus.Succeeded, () => "a confirmation at the other store");
        Assert.Equal(2, await B.PruneAsync(Sample.Start.AddDays(1), Cancellation));
        await A.CatchUpAsync(Cancellation);

        Assert.Empty(A.View.ListOperations(Sample.Scope, null, null, 9).Operations);
        Assert.Null(A.View.FindOperation(Sample.Scope, Sample.Id(2)));
    }

    [Fact]
    public async Task What_one_writes_the_other_is_told_of_without_asking()
    {
        var told = Observe(B);
        await SaveAsync(A, changes => changes.Save(Sample.Instance(1)));

        await Until.TrueAsync(() => told.Contains(1), () => "the change at the other store");
    }

    private static ConcurrentQueue<long> Observe(PostgresStore store)
    {
        var seen = new ConcurrentQueue<long>();
        store.Observe(changes =>
        {
            foreach (var change in changes)
            {
                seen.Enqueue(change.Revision);
            }
        });
        return seen;
    }

    private static void AssertSame(IStoreView one, IStoreView two, int instances)
    {
        Assert.Equal(instances, one.CountInstances());
        foreach (var (mine, other) in one.AllInstances().Zip(two.AllInstances()))
        {
            Sample.AssertSame(mine, other);
        }

        Assert.Equal(one.CountInstances(), two.CountInstances());
        Assert.Equal(one.ListStaticIps(Sample.Scope, "", 99), two.ListStaticIps(Sample.Scope, "", 99));
        Assert.Equal(one.ListNames(Sample.Scope, "", 99), two.ListNames(Sample.Scope, "", 99));
        Assert.Equal(one.ListAccounts(), two.ListAccounts());
        Assert.Equal(one.ListRegions(), two.ListRegions());
        Assert.Equal(one.FindAccessKeyUse("AKIA1"), two.FindAccessKeyUse("AKIA1"));
        Assert.Equal(one.AllKeyPairs().Select(pair => (pair.Name, Convert.ToHexString(pair.SealedPrivateKey ?? []))), two.AllKeyPairs().Select(pair => (pair.Name, Convert.ToHexString(pair.SealedPrivateKey ?? []))));
        Assert.Equal(Identities(one), Identities(two));
        Assert.Equal(one.ListOperations(Sample.Scope, null, null, 99).Operations, two.ListOperations(Sample.Scope, null, null, 99).Operations);
    }

    private static List<string> Identities(IStoreView view) =>
        [.. ((object[])[.. view.ListUsers("111122223333"), .. view.ListGroups("111122223333"), .. view.ListRoles("111122223333"), .. view.ListManagedPolicies("111122223333")]).Select(IdentitySample.Words)];

    private static Task<T> SaveAsync<T>(PostgresStore store, Func<Changes, T> change) => store.SaveAsync((_, changes) => change(changes), Cancellation);

    private static Task SaveAsync(PostgresStore store, Action<Changes> change) => store.SaveAsync(
        (_, changes) =>
        {
            change(changes);
            return 0;
        },
        Cancellation);
}
