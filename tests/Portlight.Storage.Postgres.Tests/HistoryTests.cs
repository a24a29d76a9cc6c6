using Portlight.Storage.Contract;
using Portlight.Storage.Sqlite;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>One position can mean two things: before and after a failover that has lost a batch, or a restored backup. And a mirror is a cache.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private readonly PostgresSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Theory]
    [InlineData("UPDATE batch SET id = '00000000-0000-4000-8000-000000000001' WHERE position = 2", "UPDATE head SET batch = '00000000-0000-4000-8000-000000000001'")]
    [InlineData("DELETE FROM batch WHERE position = 2", "UPDATE head SET position = 1, revision = 1, batch = (SELECT id FROM batch WHERE position = 1)")]
    public async Task A_store_whose_last_batch_is_lost_or_another_stops_writes_nothing_and_begins_anew(params string[] loss)
    {
        var store = await _source.OpenAsync("a");
        await SaveAsync(store, 1);
        await SaveAsync(store, 2);
        await _source.SqlAsync([.. loss, "DELETE FROM item WHERE key LIKE '%/web-2'"]);

        await Assert.ThrowsAsync<StoreException>(() => SaveAsync(store, 3));
        Assert.Contains("position 2", (await store.Stopped.WaitAsync(Deadline.Span, Cancellation)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreException>(async () => await store.CatchUpAsync(Cancellation));
        await store.DisposeAsync();
        await using var again = await _source.OpenAsync("a");
        Assert.Equal(["web-1"], again.View.AllInstances().Select(instance => instance.Name));
        await SaveAsync(again, 3);
        Assert.Equal(["web-1", "web-3"], again.View.AllInstances().Select(instance => instance.Name));
    }

    /// <summary>What it reads must not be what was lost, whether or not the database has come as far again.</summary>
    [Theory]
    [InlineData("UPDATE batch SET id = '00000000-0000-4000-8000-000000000001' WHERE position = 2", "UPDATE head SET batch = '00000000-0000-4000-8000-000000000001'")]
    [InlineData("DELETE FROM batch WHERE position = 2", "UPDATE head SET position = 1, revision = 1, batch = (SELECT id FROM batch WHERE position = 1)")]
    public async Task A_store_whose_end_is_lost_answers_no_read_from_it(params string[] loss)
    {
        await using var store = await _source.OpenAsync("a");
        await SaveAsync(store, 1);
        await SaveAsync(store, 2);
        await store.CatchUpAsync(Cancellation);
        await _source.SqlAsync([.. loss, "DELETE FROM item WHERE key LIKE '%/web-2'"]);

        await Assert.ThrowsAsync<StoreException>(async () => await store.CatchUpAsync(Cancellation));
        Assert.True((await store.Stopped.WaitAsync(Deadline.Span, Cancellation)).HasOtherHistory);
    }

    [Fact]
    public async Task A_mirror_that_is_deleted_or_behind_the_kept_batches_is_made_anew()
    {
        await using (var store = await _source.OpenAsync("a"))
        {
            await SaveAsync(store, 1);
            await SaveAsync(store, 2);
        }

        await using (var other = await _source.OpenAsync("b"))
        {
            await SaveAsync(other, 3);
        }

        await _source.SqlAsync("DELETE FROM batch WHERE position < (SELECT position FROM head)");
        await using (var behind = await _source.OpenAsync("a"))
        {
            Assert.Equal(["web-1", "web-2", "web-3"], behind.View.AllInstances().Select(instance => instance.Name));
            Assert.Null(AuditVerification.Verify(behind.View).Break);
        }

        File.Delete(_source.Mirror("a"));
        await using var fresh = await _source.OpenAsync("a");
        Assert.Equal(["web-1", "web-2", "web-3"], fresh.View.AllInstances().Select(instance => instance.Name));
        Assert.Equal(3, fresh.Revision);
        await SaveAsync(fresh, 4);
        Assert.Equal(4, fresh.View.FindInstance(Sample.Scope, "web-4")!.Revision);
    }

    /// <summary>An operator that goes back to the version of before need not know which file to delete.</summary>
    [Fact]
    public Task A_mirror_that_a_newer_version_has_left_is_made_anew_by_this_one() => RequireMadeAnewAsync($"PRAGMA user_version = {Schema.Version + 1}; DROP TABLE instance");

    [Theory]
    [InlineData("DROP INDEX instance_attached; DELETE FROM mirror")]
    [InlineData("DROP TABLE mirror")]
    public Task A_mirror_that_was_cut_off_while_it_was_filled_is_made_anew(string end) => RequireMadeAnewAsync(end);

    [Fact]
    public async Task What_stands_in_the_mirrors_place_and_is_another_programs_is_refused_and_stays()
    {
        using (var foreign = Database.Open(_source.Mirror("a"), readOnly: false))
        {
            foreign.Execute("CREATE TABLE theirs (one INTEGER)");
        }

        var refusal = await Assert.ThrowsAsync<StoreException>(() => _source.OpenAsync("a"));
        Assert.Contains("another program", refusal.Message, StringComparison.Ordinal);
        using var still = Database.Open(_source.Mirror("a"), readOnly: true);
        Assert.Equal("1", still.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'theirs'"));
    }

    [Fact]
    public async Task Tables_of_a_newer_portlight_are_refused()
    {
        await (await _source.OpenAsync("a")).DisposeAsync();
        await _source.SqlAsync("UPDATE head SET format = 99");

        var refusal = await Assert.ThrowsAsync<StoreException>(() => _source.OpenAsync("a"));
        Assert.Contains("newer portlight", refusal.Message, StringComparison.Ordinal);
    }

    private async Task RequireMadeAnewAsync(string change)
    {
        await using (var store = await _source.OpenAsync("a"))
        {
            await SaveAsync(store, 1);
        }

        using (var left = Database.Open(_source.Mirror("a"), readOnly: false))
        {
            left.Execute(change);
        }

        await using var again = await _source.OpenAsync("a");
        Assert.Equal(["web-1"], again.View.AllInstances().Select(instance => instance.Name));
    }

    private static Task SaveAsync(PostgresStore store, int number) => store.SaveAsync(
        (_, changes) =>
        {
            changes.Record(IdentitySample.Event(number));
            return changes.Save(Sample.Instance(number));
        },
        Cancellation);
}
