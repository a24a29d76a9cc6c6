using Portlight.Storage.Contract;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>The audit log as it lies in the file: read beside a server, damaged, and when the disk is full.</summary>
public sealed class SqliteAuditFile : IAsyncDisposable
{
    private readonly SqliteSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task The_log_is_read_beside_a_server_that_writes_it()
    {
        await using var store = _source.Open();
        await RecordAsync(store, 1);
        using (var beside = AuditLogFile.Open(_source.Path))
        {
            Assert.Equal([1], IdentitySample.Numbers(beside));
            await RecordAsync(store, 2);
            Assert.Equal([1, 2], IdentitySample.Numbers(beside));
            Assert.Equal(1, await store.PruneAuditAsync(IdentitySample.Event(2).At, Cancellation));
            Assert.Equal([2], IdentitySample.Numbers(beside));
            Assert.Equal(2, beside.FindAuditBlockBefore(long.MaxValue)!.FirstSequence);
        }

        await RecordAsync(store, 3);
    }

    [Fact]
    public async Task The_log_of_a_server_that_was_stopped_is_read_and_left_as_it_is()
    {
        await using (var store = _source.Open())
        {
            await RecordAsync(store, 1);
        }

        var before = await File.ReadAllBytesAsync(_source.Path, Cancellation);
        using (var file = AuditLogFile.Open(_source.Path))
        {
            Assert.Equal([1], IdentitySample.Numbers(file));
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(_source.Path, Cancellation));
    }

    [Fact]
    public void A_file_that_is_missing_or_not_ours_is_named()
    {
        var missing = Assert.Throws<StoreException>(() => AuditLogFile.Open(_source.Path));
        Assert.Contains("there is no database", missing.Message, StringComparison.Ordinal);
        using (var old = Database.Open(_source.Path, readOnly: false))
        {
            Schema.Migrate(old, 1);
        }

        var early = Assert.Throws<StoreException>(() => AuditLogFile.Open(_source.Path));
        Assert.Contains("start `portlight serve` once", early.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_were_changed_in_the_file_are_found()
    {
        await using (var store = _source.Open())
        {
            for (var number = 1; number <= 5; number++)
            {
                await RecordAsync(store, number);
            }
        }

        foreach (var (sql, breaksAt) in new (string, long)[]
        {
            ("UPDATE audit_block SET lines = (SELECT lines FROM audit_block WHERE first_sequence = 4) WHERE first_sequence = 3", 3),
            ("UPDATE audit_block SET lines = substr(lines, 1, length(lines) - 1) WHERE first_sequence = 3", 3),
            ("UPDATE audit_block SET lines = x'7fffffff' || substr(lines, 5) WHERE first_sequence = 3", 3),
            ("UPDATE audit_block SET lines = x'' WHERE first_sequence = 3", 3),
            ("DELETE FROM audit_block WHERE first_sequence = 2", 2),
            ("UPDATE audit_block SET first_sequence = CASE first_sequence WHEN 2 THEN 20 ELSE first_sequence END", 2),
            ("UPDATE audit_block SET newest_at = -1, count = 'x' WHERE first_sequence = 1", 2),
            ("UPDATE audit_anchor SET sequence = 7", 8),
        })
        {
            await using var copy = new SqliteSource();
            File.Copy(_source.Path, copy.Path);
            using (var database = Database.Open(copy.Path, readOnly: false))
            {
                database.Execute(sql);
            }

            using var file = AuditLogFile.Open(copy.Path);
            Assert.Equal((sql, breaksAt), (sql, AuditVerification.Verify(file).Break?.Sequence));
        }
    }

    [Fact]
    public async Task A_log_whose_end_cannot_be_read_is_not_gone_on_with()
    {
        await using (var store = _source.Open())
        {
            await RecordAsync(store, 1);
        }

        using (var database = Database.Open(_source.Path, readOnly: false))
        {
            database.Execute("UPDATE audit_block SET lines = 'hello'");
        }

        var refusal = Assert.Throws<StoreException>(() => _source.Open());
        Assert.Contains("portlight audit verify", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forgetting_a_damaged_block_is_refused_and_disturbs_nobody()
    {
        await using (var store = _source.Open())
        {
            await RecordAsync(store, 1);
            await RecordAsync(store, 2);
        }

        using (var database = Database.Open(_source.Path, readOnly: false))
        {
            database.Execute("UPDATE audit_block SET lines = 'hello' WHERE first_sequence = 1");
        }

        await using var again = _source.Open();
        var prune = again.PruneAuditAsync(IdentitySample.Event(2).At, Cancellation);
        var neighbour = RecordAsync(again, 3);
        await Assert.ThrowsAsync<StoreException>(() => prune);
        await neighbour;
        Assert.Equal(1, again.View.FindAuditBlockAfter(0)!.FirstSequence);
        Assert.Equal(0, again.View.AuditStart.Sequence);
    }

    /// <summary>What a decision recorded goes with it, and its caller is told; what no decision carries and was taken before is kept and tried again.</summary>
    [Fact]
    public async Task When_there_is_no_room_events_that_were_taken_are_kept_no_more_are_and_numbers_are_given_out_again()
    {
        await using var store = _source.Open();
        await RecordAsync(store, 1);
        Fill(store);
        await store.RecordAsync(IdentitySample.Event(2, padding: 100_000));
        await Assert.ThrowsAsync<StoreException>(() => RecordAsync(store, 3));
        var refusal = await Assert.ThrowsAsync<StoreException>(async () => await store.RecordAsync(IdentitySample.Event(4)));
        Assert.StartsWith("the audit log cannot be written", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreException>(() => RecordAsync(store, 5));
        Assert.Equal([1], IdentitySample.Numbers(store.View));

        MakeRoom(store);
        await RecordAsync(store, 6);
        await store.RecordAsync(IdentitySample.Event(7));
        await RecordAsync(store, 8);

        // A decision's own event comes first, then those that waited, in their order.
        Assert.Equal([1, 6, 2, 8, 7], IdentitySample.Numbers(store.View));
    }

    /// <summary>With the watch standing still: nothing here may wait for a timer.</summary>
    [Fact]
    public async Task While_nothing_is_kept_each_event_finds_out_by_itself_whether_there_is_room_and_none_waits_for_ever()
    {
        await using var store = _source.Open();
        await RecordAsync(store, 1);
        Fill(store);
        await Assert.ThrowsAsync<StoreException>(() => RecordAsync(store, 2, padding: 100_000));
        for (var number = 3; number < 6; number++)
        {
            var one = IdentitySample.Event(number, padding: 100_000);
            await Assert.ThrowsAsync<StoreException>(async () => await store.RecordAsync(one));
        }

        MakeRoom(store);
        await store.RecordAsync(IdentitySample.Event(6));

        // What was refused is nowhere, and what was taken is durable, because that was what it was taken for.
        Assert.Equal([1, 6], IdentitySample.Numbers(store.View));
        await store.RecordAsync(IdentitySample.Event(7));
        Assert.Equal([1, 6], IdentitySample.Numbers(store.View));
    }

    [Fact]
    public async Task A_caller_that_waits_until_an_event_is_durable_is_told_when_it_cannot_be_and_it_is_forgotten()
    {
        await using var store = _source.Open();
        await store.RecordAsync(IdentitySample.Event(1), untilDurable: true);
        Assert.Equal([1], IdentitySample.Numbers(store.View));
        Fill(store);
        await Assert.ThrowsAsync<StoreException>(async () => await store.RecordAsync(IdentitySample.Event(2, padding: 100_000), untilDurable: true));

        MakeRoom(store);
        await RecordAsync(store, 3);
        Assert.Equal([1, 3], IdentitySample.Numbers(store.View));
        Assert.Equal(0, await LostAtTheEndAsync(store));
    }

    [Fact]
    public async Task What_is_taken_and_cannot_be_written_until_the_end_is_counted()
    {
        await using var store = _source.Open();
        Fill(store);
        for (var number = 1; number <= 3; number++)
        {
            await store.RecordAsync(IdentitySample.Event(number, padding: 100_000));
        }

        Assert.Equal(3, await LostAtTheEndAsync(store));
    }

    [Fact]
    public async Task A_store_that_has_stopped_counts_what_it_had_taken()
    {
        await using var store = _source.Open();
        store.ObserveAudit(_ => throw new InvalidOperationException("the export is gone"));
        var hold = await _source.HoldWriterAsync(store);
        var held = RecordAsync(store, 1);
        for (var number = 2; number <= 40; number++)
        {
            await store.RecordAsync(IdentitySample.Event(number, padding: 100_000));
        }

        hold.Dispose();
        await held;
        await store.Stopped;

        // A commit takes about a megabyte; the rest was in memory when the store stopped.
        Assert.InRange(await LostAtTheEndAsync(store), 20, 38);
    }

    [Fact]
    public async Task When_there_is_room_again_kept_events_are_written_without_a_decision()
    {
        await using var store = _source.Open();
        var told = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        store.ObserveAudit(last => told.TrySetResult(last));
        store.WriterDatabase.Execute("PRAGMA max_page_count = 1");
        await store.RecordAsync(IdentitySample.Event(1, padding: 100_000));
        await Assert.ThrowsAsync<StoreException>(() => store.SaveAsync((_, changes) => changes.Save(Sample.Instance(1) with { UserData = new string('x', 100_000) }), Cancellation));
        store.WriterDatabase.Execute("PRAGMA max_page_count = 1000000");

        Assert.Equal(1, await told.Task.WaitAsync(Deadline.Span, Cancellation));
        Assert.Equal([1], IdentitySample.Numbers(store.View));
    }

    [Fact]
    public async Task An_audit_observer_that_throws_stops_the_store_also_for_events()
    {
        await using var store = _source.Open();
        store.ObserveAudit(_ => throw new InvalidOperationException("the export is gone"));
        await RecordAsync(store, 1);
        await Assert.ThrowsAsync<StoreException>(() => RecordAsync(store, 2));
        var refusal = await Assert.ThrowsAsync<StoreException>(async () => await store.RecordAsync(IdentitySample.Event(3)));
        Assert.Contains("the export is gone", refusal.Message, StringComparison.Ordinal);
    }

    private static void Fill(SqliteStore store) => store.WriterDatabase.Execute($"PRAGMA max_page_count = {store.WriterDatabase.Scalar("PRAGMA page_count")}");

    private static void MakeRoom(SqliteStore store) => store.WriterDatabase.Execute("PRAGMA max_page_count = 1000000");

    private static async Task<int> LostAtTheEndAsync(SqliteStore store)
    {
        await store.DisposeAsync();
        return store.LostAuditEvents;
    }

    private static Task<int> RecordAsync(SqliteStore store, int number, int padding = 0) => store.SaveAsync(
        (_, changes) =>
        {
            changes.Record(IdentitySample.Event(number, padding));
            return number;
        },
        Cancellation);
}
