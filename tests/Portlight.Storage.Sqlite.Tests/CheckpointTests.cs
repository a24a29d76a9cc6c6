using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>The log is copied into the database beside the writer.</summary>
public sealed class CheckpointTests : IAsyncDisposable
{
    private const int PageSize = 4096;

    private readonly SqliteSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private long LogLength => new FileInfo(_source.Path + "-wal").Length;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task The_log_begins_anew_while_writers_go_on_and_is_short_once_they_do_not()
    {
        await using var store = SqliteStore.Open(_source.Path, TimeProvider.System, TimeSpan.FromMilliseconds(200));
        var longest = 0L;
        var written = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; number < 160; number++)
            {
                var saved = Sample.Instance((writer * 160) + number + 1) with { UserData = new string('x', 6 * PageSize) };
                await store.SaveAsync((_, changes) => changes.Save(saved), Cancellation);
                longest = Math.Max(Interlocked.Read(ref longest), LogLength);
                Interlocked.Increment(ref written);
            }
        }, Cancellation)));

        // 70 MB were written to it.
        Assert.Equal(2_560, written);
        Assert.InRange(longest, Checkpointer.Every * PageSize, 3L * Checkpointer.Every * PageSize);
        await Until.TrueAsync(() => LogLength <= Checkpointer.LongLog, () => $"the log to be shortened; it has {LogLength} bytes");
        Assert.Null(store.Problem);
        Assert.Equal(2_560, store.View.CountInstances());
        await store.DisposeAsync();
        await using var again = _source.Open();
        Assert.Equal(2_560, again.View.AllInstances().Count);
    }

    [Fact]
    public async Task A_reader_that_stays_holds_up_no_writer()
    {
        await using var store = SqliteStore.Open(_source.Path, TimeProvider.System, TimeSpan.FromMilliseconds(50));
        await store.SaveAsync((_, changes) => changes.Save(Sample.Instance(1)), Cancellation);
        using var reader = Database.Open(_source.Path, readOnly: true);
        reader.Execute("BEGIN");
        Assert.Equal("1", reader.Scalar("SELECT count(*) FROM instance"));
        for (var number = 2; number < 1_000; number++)
        {
            await store.SaveAsync((_, changes) => changes.Save(Sample.Instance(number) with { UserData = new string('x', 6 * PageSize) }), Cancellation);
        }

        Assert.Equal("1", reader.Scalar("SELECT count(*) FROM instance"));
        Assert.Null(store.Problem);
        reader.Execute("COMMIT");
        Assert.Equal("999", reader.Scalar("SELECT count(*) FROM instance"));
    }
}
