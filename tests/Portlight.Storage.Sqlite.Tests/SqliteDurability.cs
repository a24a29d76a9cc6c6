using System.Globalization;
using System.Text;
using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>
/// What can be shown about a power cut without cutting the power: the writer's own connection asks for a flush at each commit, and the two files that such a
/// flush covers are all that a restart needs. That the disk keeps what it confirmed is the disk's word.
/// </summary>
public sealed class SqliteDurability : IAsyncLifetime
{
    private readonly SqliteSource _source = new();
    private SqliteStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _store = _source.Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task The_writers_own_connection_flushes_at_every_commit()
    {
        await SaveAsync(1);

        // 2 is FULL: in WAL mode the log is flushed at each commit, not only before a checkpoint.
        Assert.Equal("2", _store.WriterDatabase.Scalar("PRAGMA synchronous"));
        Assert.Equal("wal", _store.WriterDatabase.Scalar("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Database_and_log_as_they_are_after_an_acknowledgement_hold_everything_acknowledged()
    {
        await using var copy = new SqliteSource();
        for (var round = 1; round <= 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(1, 10).Select(number => SaveAsync((round * 10) + number)));

            // Without -shm, which a machine that comes back does not have either.
            File.Copy(_source.Path, copy.Path, overwrite: true);
            File.Copy(_source.Path + "-wal", copy.Path + "-wal", overwrite: true);
            await using var restarted = copy.Open();
            Assert.Equal(round * 10, restarted.Revision);
            Assert.Equal(round * 10, restarted.View.AllInstances().Count);
        }
    }

    [Fact]
    public async Task A_log_that_was_cut_short_loses_the_end_and_nothing_else()
    {
        await Task.WhenAll(Enumerable.Range(1, 50).Select(number => SaveAsync(number)));
        await using var copy = new SqliteSource();
        var log = await File.ReadAllBytesAsync(_source.Path + "-wal", Cancellation);
        var revisions = new List<long>();
        foreach (var length in Enumerable.Range(0, 12).Select(part => log.Length * part / 11))
        {
            File.Copy(_source.Path, copy.Path, overwrite: true);
            await File.WriteAllBytesAsync(copy.Path + "-wal", log[..length], Cancellation);
            await using var restarted = copy.Open();
            Assert.Equal(Enumerable.Range(1, (int)restarted.Revision).Select(number => (long)number), restarted.View.AllInstances().Select(instance => instance.Revision).Order());
            Assert.Equal(restarted.Revision, restarted.View.AllInstances().Count);
            revisions.Add(restarted.Revision);
        }

        Assert.Equal(revisions.Order(), revisions);
        Assert.Equal(50, revisions[^1]);
    }

    /// <summary>Events are alike: sixty of one commit take what seven would by themselves.</summary>
    [Fact]
    public async Task Events_of_one_commit_are_kept_small()
    {
        var text = Encoding.UTF8.GetString(IdentitySample.Event(1, padding: 900).Json.Span);
        var events = Enumerable.Range(1, 60).Select(number => new AuditEvent(Sample.Start, Encoding.UTF8.GetBytes(text.Replace("\"number\":1", $"\"number\":{number}", StringComparison.Ordinal)))).ToList();
        await _store.SaveAsync(
            (_, changes) =>
            {
                events.ForEach(changes.Record);
                return 0;
            },
            Cancellation);

        var kept = long.Parse(_store.WriterDatabase.Scalar("SELECT sum(length(lines)) FROM audit_block")!, CultureInfo.InvariantCulture);
        Assert.InRange(kept, 60 * 30, events.Sum(one => one.Json.Length) / 7);
        Assert.Equal(60, IdentitySample.Lines(_store.View).Count);
    }

    [Fact]
    public async Task Writers_at_the_same_time_share_commits()
    {
        await Task.WhenAll(Enumerable.Range(1, 400).Select(number => Task.Run(() => SaveAsync(number))));

        Assert.Equal(400, _store.Revision);
        Assert.True(_store.Commits < 400, $"{_store.Commits} commits for 400 decisions");
    }

    [Fact]
    public async Task A_decision_that_changes_nothing_flushes_nothing()
    {
        await SaveAsync(1);
        var commits = _store.Commits;
        var length = new FileInfo(_source.Path + "-wal").Length;
        Assert.Equal(1, await _store.SaveAsync((view, _) => view.AllInstances().Count, Cancellation));

        Assert.Equal(length, new FileInfo(_source.Path + "-wal").Length);
        Assert.Equal(commits, _store.Commits);
    }

    [Fact]
    public async Task The_watermark_is_stored_when_nothing_else_happens()
    {
        await _store.DisposeAsync();
        _store = SqliteStore.Open(_source.Path, TimeProvider.System, TimeSpan.FromMilliseconds(10));
        await SaveAsync(1);
        _store.NoteApplied(HostName.Local, 1);
        using var other = Database.Open(_source.Path, readOnly: true);
        await Until.TrueAsync(() => other.Scalar("SELECT value FROM counter WHERE name = 'applied_revision'") == "1", "the watermark to be stored");
    }

    private Task<Domain.Instance> SaveAsync(int number) => _store.SaveAsync((_, changes) => changes.Save(Sample.Instance(number)), Cancellation);
}
