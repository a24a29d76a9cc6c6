using System.Buffers.Binary;
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

    /// <summary>How often the log has begun anew: its header counts that (https://sqlite.org/fileformat.html#walformat).</summary>
    private uint Begun()
    {
        using var log = new FileStream(_source.Path + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var header = new byte[32];
        log.ReadExactly(header);
        return BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
    }

    [Fact]
    public async Task The_log_begins_anew_while_writers_go_on_and_is_short_once_they_do_not()
    {
        await using var store = SqliteStore.Open(_source.Path, TimeProvider.System, TimeSpan.FromMilliseconds(200));
        var written = 0;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                var saved = Sample.Instance(Interlocked.Increment(ref written)) with { UserData = new string('x', 6 * PageSize) };
                await store.SaveAsync((_, changes) => changes.Save(saved), Cancellation);
            }
        }, Cancellation)).ToList();

        // However long the copying takes beside so many writers: the log does begin anew, more than once.
        await Until.TrueAsync(() => Begun() >= 2, () => $"the log to begin anew twice; it has, {Begun()} times, after {written} writes, and has {LogLength} bytes");
        await enough.CancelAsync();
        await Task.WhenAll(writers);
        await Until.TrueAsync(() => LogLength <= Checkpointer.LongLog, () => $"the log to be shortened; it has {LogLength} bytes");
        Assert.Null(store.Problem);
        Assert.Equal(written, store.View.CountInstances());
        await store.DisposeAsync();
        await using var again = _source.Open();
        Assert.Equal(written, again.View.AllInstances().Count);
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
