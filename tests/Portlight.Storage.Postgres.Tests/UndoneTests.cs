using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>Somebody else's transaction on the same tables, an administrator's or a backup's, which PostgreSQL prefers to a server's.</summary>
public sealed class UndoneTests : IAsyncLifetime
{
    private readonly PostgresSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>A sequence keeps its number when a transaction is undone, so the refusal comes once.</summary>
    [Theory]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    public async Task A_write_that_was_undone_in_favour_of_another_is_sent_again_and_written_once(string code)
    {
        await using var store = await _source.OpenAsync("a");
        await _source.SqlAsync(
            "CREATE SEQUENCE tries",
            $"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF nextval('tries') = 1 THEN RAISE EXCEPTION USING ERRCODE = '{code}'; END IF; RETURN NEW; END$$",
            "CREATE TRIGGER refuse BEFORE INSERT ON batch FOR EACH ROW EXECUTE FUNCTION refuse()");

        await store.SaveAsync((_, changes) => changes.Save(Sample.Instance(1)), Cancellation);

        await using var other = await _source.OpenAsync("b");
        Assert.Equal(["web-1"], other.View.AllInstances().Select(instance => instance.Name));
        Assert.Equal(("2", 1L), ((await _source.SqlAsync("SELECT last_value FROM tries")).Trim(), other.Revision));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    public async Task A_write_that_is_undone_again_and_again_is_given_up_as_one_of_which_nothing_was_written(string code)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var store = await _source.OpenAsync("a", clock);
        await _source.SqlAsync(
            "CREATE SEQUENCE tries",
            $"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('tries'); RAISE EXCEPTION USING ERRCODE = '{code}'; END$$",
            "CREATE TRIGGER refuse BEFORE INSERT ON batch FOR EACH ROW EXECUTE FUNCTION refuse()");
        var write = store.SaveAsync((_, changes) => changes.Save(Sample.Instance(1)), Cancellation);
        await Until.TrueAsync(async () => int.Parse(await _source.SqlAsync("SELECT last_value FROM tries"), CultureInfo.InvariantCulture) > 1, () => "a second try");
        Assert.False(write.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(15));
        var refusal = await Assert.ThrowsAsync<StoreException>(() => write);

        Assert.False(refusal.IsOutcomeUnknown);
        Assert.Contains(code, refusal.Message, StringComparison.Ordinal);
        await _source.SqlAsync("DROP TRIGGER refuse ON batch");
        await store.SaveAsync((_, changes) => changes.Save(Sample.Instance(2, "web-2")), Cancellation);
        Assert.Equal(["web-2"], store.View.AllInstances().Select(instance => instance.Name));
    }

    /// <summary>Seen in the chaos of servers and primaries: a commit that waited for its standby had the lock, and the server that had waited for it in vain could never write again.</summary>
    [Fact]
    public async Task A_server_that_has_waited_in_vain_for_the_lock_writes_once_the_lock_is_free()
    {
        await using var store = await _source.OpenAsync("a");
        await using (var other = new NpgsqlConnection(await _source.ConnectionTextAsync()))
        {
            await other.OpenAsync(Cancellation);
            await using var transaction = await other.BeginTransactionAsync(Cancellation);
            await using var hold = new NpgsqlCommand("SELECT 1 FROM head FOR UPDATE", other, transaction);
            await hold.ExecuteNonQueryAsync(Cancellation);
            var refusal = await Assert.ThrowsAsync<StoreException>(() => store.SaveAsync((_, changes) => changes.Save(Sample.Instance(1)), Cancellation));
            Assert.False(refusal.IsOutcomeUnknown);
            Assert.Contains(PostgresErrorCodes.LockNotAvailable, refusal.Message, StringComparison.Ordinal);
        }

        await store.SaveAsync((_, changes) => changes.Save(Sample.Instance(2, "web-2")), Cancellation);
        Assert.Equal(["web-2"], store.View.AllInstances().Select(instance => instance.Name));
    }

    [Fact]
    public async Task A_write_that_is_refused_for_another_reason_is_told_so_at_once()
    {
        await using var store = await _source.OpenAsync("a");
        await _source.SqlAsync(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION USING ERRCODE = '23514'; END$$",
            "CREATE TRIGGER refuse BEFORE INSERT ON batch FOR EACH ROW EXECUTE FUNCTION refuse()");

        var refusal = await Assert.ThrowsAsync<StoreException>(() => store.SaveAsync((_, changes) => changes.Save(Sample.Instance(1)), Cancellation));

        Assert.False(refusal.IsOutcomeUnknown);
        Assert.Contains("23514", refusal.Message, StringComparison.Ordinal);
    }
}
