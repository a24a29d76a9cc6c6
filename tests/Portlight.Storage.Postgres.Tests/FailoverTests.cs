using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Postgres;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>A primary and a standby that commits wait for: what was acknowledged is on both, and nothing is acknowledged that is not.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private readonly string _mirrors = Directory.CreateTempSubdirectory("portlight-mirror-").FullName;
    private readonly List<PostgresStore> _stores = [];

    private PostgresServer Primary { get; set; } = null!;

    private PostgresServer Standby { get; set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Primary = await PostgresServer.StartAsync();
        Standby = await PostgresServer.StandbyOfAsync(Primary, "b");
        await Primary.WaitForAsync("b");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
        Directory.Delete(_mirrors, recursive: true);
    }

    [Fact]
    public async Task A_primary_that_is_killed_takes_no_acknowledged_write_along()
    {
        var store = Open("a");
        var (acknowledged, longest, last) = (new ConcurrentDictionary<int, byte>(), TimeSpan.Zero, Stopwatch.GetTimestamp());
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var number = writer; !stop.IsCancellationRequested; number += 8)
            {
                if (await TrySaveAsync(store, number))
                {
                    acknowledged[number] = 0;
                    var gap = Stopwatch.GetElapsedTime(Interlocked.Exchange(ref last, Stopwatch.GetTimestamp()));
                    longest = gap > longest ? gap : longest;
                }
            }
        })).ToList();
        await Until.TrueAsync(() => acknowledged.Count > 200, () => "200 writes");

        await Primary.KillAsync();
        var before = acknowledged.Count;
        await Standby.PromoteAsync();
        await Until.TrueAsync(() => acknowledged.Count > before + 200, () => $"200 writes after the failover; {before} before, {acknowledged.Count} now; {store.Problem?.Message}");
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        await using var fresh = Open("fresh", keep: false);
        var lost = acknowledged.Keys.Where(number => fresh.View.FindInstance(Sample.Scope, Name(number)) is null).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{acknowledged.Count} acknowledged, {lost.Count} lost, {longest.TotalSeconds:F1} s without an acknowledgement");
        Assert.Empty(lost);
        Assert.Null(AuditVerification.Verify(fresh.View).Break);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_while_the_standby_does_not_confirm_and_nobody_is_told_that_nothing_was_written()
    {
        var store = Open("a");
        Assert.True(await TrySaveAsync(store, 1));
        Standby.Freeze();
        var write = SaveAsync(store, 2);
        var failure = await Assert.ThrowsAsync<StoreException>(() => write);
        Standby.Thaw();

        Assert.True(failure.IsOutcomeUnknown);
        await Until.TrueAsync(() => TrySaveAsync(store, 3), () => $"a write once the standby is back: {store.Problem?.Message}");
        Assert.NotNull(store.View.FindInstance(Sample.Scope, Name(2)));
        // A look at the database that failed with the write may say so after it; the next one does not.
        await Until.TrueAsync(() => Task.FromResult(store.Problem is null), () => $"a store that is well: {store.Problem?.Message}");
    }

    /// <summary>PostgreSQL answers a cancelled wait with a warning and success.</summary>
    [Fact]
    public async Task A_wait_for_the_standby_that_somebody_cancels_is_no_acknowledgement()
    {
        var store = Open("a");
        Assert.True(await TrySaveAsync(store, 1));
        Standby.Freeze();
        var write = SaveAsync(store, 2);
        for (var times = 0; times < 3; times++)
        {
            await Waiting();
            await Primary.SqlAsync("postgres", "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        }

        await Waiting();
        Assert.False(write.IsCompleted);
        Standby.Thaw();
        await write;

        async Task Waiting() => await Until.TrueAsync(
            async () =>
            {
                Assert.False(write.IsCompleted);
                return await Primary.SqlAsync("postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") != "0";
            },
            () => "a commit that waits");
    }

    /// <summary>After a crash restart the primary shows a commit that no standby has: a store that finds it there and believes it loses it with the failover that follows.</summary>
    [Fact]
    public async Task A_commit_that_only_a_restarted_primary_shows_is_not_acknowledged_for_being_seen()
    {
        var (store, other) = (Open("a"), Open("other"));
        Assert.True(await TrySaveAsync(store, 1));
        await other.CatchUpAsync(Cancellation);
        Standby.Freeze();
        var write = SaveAsync(store, 2);
        await Until.TrueAsync(async () => await Primary.SqlAsync("postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") != "0", () => "a commit that waits");

        await Primary.KillAsync();
        var restarted = await PostgresServer.StartAgainAsync(Primary.Directory);
        await Until.TrueAsync(async () => await HasSeenAsync(other, 2), () => $"the commit that only the restarted primary has: {other.Problem?.Message}");
        Assert.False(write.IsCompletedSuccessfully);
        await restarted.KillAsync();
        Standby.Thaw();
        await Standby.PromoteAsync();

        var isAcknowledged = await write.ContinueWith(static done => done.IsCompletedSuccessfully, TaskScheduler.Default).WaitAsync(Deadline.Span, Cancellation);
        await Until.TrueAsync(async () => await TrySaveAsync(store, 3) || store.Stopped.IsCompleted, () => $"a write at the new primary: {store.Problem?.Message}");
        if (store.Stopped.IsCompleted)
        {
            // It gave up before the failover, and then followed its own batch.
            Assert.False(isAcknowledged);
            await store.DisposeAsync();
            store = Open("a");
            Assert.True(await TrySaveAsync(store, 3));
        }

        // The one that has seen it goes on if the same batch was sent again, and has stopped if it is lost.
        await Until.TrueAsync(async () => other.Stopped.IsCompleted || await HasSeenAsync(other, 3), () => "the store that has seen it");
        Assert.Equal(isAcknowledged, !other.Stopped.IsCompleted);
        await using var fresh = Open("fresh", keep: false);
        Assert.NotNull(fresh.View.FindInstance(Sample.Scope, Name(3)));
        Assert.Equal(isAcknowledged, fresh.View.FindInstance(Sample.Scope, Name(2)) is not null);
        Assert.Equal(store.Revision, fresh.Revision);
    }

    [Fact]
    public async Task A_primary_that_was_replaced_and_goes_on_answering_is_not_read_from_once_it_has_not_confirmed_a_write()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var store = PostgresStore.Open(Primary.ConnectionText(), Path.Combine(_mirrors, "old.db"), clock);
        Assert.True(await TrySaveAsync(store, 1));
        await Standby.PromoteAsync();

        var write = SaveAsync(store, 2);
        await Until.TrueAsync(async () => await IsWaitingAsync(), () => "a commit that waits");
        await store.CatchUpAsync(Cancellation);
        await Until.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(15));
                return write.IsCompleted;
            },
            () => "the end of the attempts");
        Assert.True((await Assert.ThrowsAsync<StoreException>(() => write)).IsOutcomeUnknown);
        var refusal = await Assert.ThrowsAsync<StoreException>(() => store.CatchUpAsync(Cancellation).AsTask());
        Assert.Contains("did not confirm a commit", refusal.Message, StringComparison.Ordinal);

        // What only an operator does: the old one goes on alone.
        await Primary.SqlAsync("postgres", "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()");
        await Until.TrueAsync(() => HasSeenAsync(store, 2), () => $"a read once writes are confirmed: {store.Problem?.Message}");

        async Task<bool> IsWaitingAsync() => await Primary.SqlAsync("postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") != "0";
    }

    private static async Task<bool> HasSeenAsync(PostgresStore store, int number)
    {
        try
        {
            await store.CatchUpAsync(Cancellation);
            return store.View.FindInstance(Sample.Scope, Name(number)) is not null;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private static async Task<bool> TrySaveAsync(PostgresStore store, int number)
    {
        try
        {
            await SaveAsync(store, number);
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private static Task<Instance> SaveAsync(PostgresStore store, int number) => store.SaveAsync(
        (_, changes) =>
        {
            changes.Record(IdentitySample.Event(number));
            return changes.Save(Sample.Instance(number + 1, Name(number)));
        },
        Cancellation);

    private static string Name(int number) => $"web-{number}";

    private PostgresStore Open(string name, bool keep = true)
    {
        var store = PostgresStore.Open($"Host={Primary.Directory},{Standby.Directory};Port=5432;Username=portlight;Database=portlight", Path.Combine(_mirrors, name + ".db"), TimeProvider.System);
        if (keep)
        {
            _stores.Add(store);
        }

        return store;
    }
}
