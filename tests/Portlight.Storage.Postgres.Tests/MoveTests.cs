using System.Globalization;
using Portlight.Storage.Contract;
using Portlight.Storage.Sqlite;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>An installation moves from its own file into a database and back, whole or not at all, and never are there two of it that a server would open.</summary>
public sealed class MoveTests : IAsyncLifetime
{
    private static readonly IReadOnlyDictionary<string, long> None = new Dictionary<string, long>();
    private static int _databases;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"move_{Interlocked.Increment(ref _databases)}");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-move-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Own => Path.Combine(_folder.FullName, "own.db");

    private string Back => Path.Combine(_folder.FullName, "back.db");

    private string Database => SharedPostgres.Server.ConnectionText().Replace("Database=portlight", $"Database={_name}", StringComparison.Ordinal);

    /// <summary>A database of its own: whether anybody else uses it is part of what is tried.</summary>
    public async ValueTask InitializeAsync() => await SharedPostgres.Server.SqlAsync("postgres", $"CREATE DATABASE {_name}");

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Everything_that_can_be_stored_moves_into_a_database_and_back_as_it_was()
    {
        await MakeAsync();
        var report = ToDatabase();
        var before = Everything.Rows(Own);
        Assert.Equal((4, 2, 9, 1), (report.Counts["instance"] - 1, report.Counts["account"], report.Counts["operation"], report.Counts["host"]));
        await using (var store = OpenShared())
        {
            Assert.Equal(report.Revision, store.Revision);
            Assert.Equal(Sample.Ports(5), store.View.FindInstance(Sample.Scope, "web-3")!.Ports);
            Assert.Equal((3, 2), (store.View.AppliedOn("fra-07"), store.View.AppliedOn("local")));
            Assert.Equal([1, 2, 8], IdentitySample.Numbers(store.View));
        }

        Assert.Equal(report with { Counts = None }, ToFile() with { Counts = None });
        using (var held = HeldFile.Take(Back))
        {
            held.Open().Dispose(); // what is late in it is not compared
        }

        Assert.Equal(Unmarked(before), Everything.Rows(Back));
        await using var again = SqliteStore.Open(Back, TimeProvider.System);
        Sample.AssertSame(Sample.FullInstance(1, Sample.Attachments[0]) with { Revision = 1 }, again.View.FindInstance(Sample.Scope, "web-1"));
        await SaveAsync(again, 30);
        Assert.Equal(report.Revision + 1, again.Revision);
        Assert.Null(AuditVerification.Verify(again.View).Break);
    }

    [Fact]
    public async Task What_has_moved_is_opened_where_it_is_and_nowhere_else()
    {
        await MakeAsync();
        ToDatabase();
        Assert.Contains("has moved to Host=", Assert.Throws<StoreException>(() => SqliteStore.Open(Own, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Contains("has moved to", Assert.Throws<StoreException>(() => AuditLogFile.Open(Own)).Message, StringComparison.Ordinal);
        await OpenShared().DisposeAsync();

        ToFile();
        Assert.Contains($"has moved to {_folder.FullName}", Assert.Throws<StoreException>(OpenShared).Message, StringComparison.Ordinal);
        await SqliteStore.Open(Back, TimeProvider.System).DisposeAsync();

        // And once more around: what has moved away may be replaced by what comes back.
        InstallationMove.ToDatabase(Back, Database, isDryRun: false, Nobody, TimeProvider.System);
        await OpenShared().DisposeAsync();
        Assert.Throws<StoreException>(() => SqliteStore.Open(Back, TimeProvider.System));
    }

    [Fact]
    public async Task A_dry_run_does_all_of_it_and_changes_neither_end()
    {
        await MakeAsync();
        var tried = InstallationMove.ToDatabase(Own, Database, isDryRun: true, Nobody, TimeProvider.System);
        Assert.Equal("0", await SqlAsync("SELECT count(*) + (SELECT position FROM head) FROM item"));
        await SqliteStore.Open(Own, TimeProvider.System).DisposeAsync();
        Assert.Equal(tried with { Counts = None }, ToDatabase() with { Counts = None });

        InstallationMove.ToFile(Database, Back, isDryRun: true, Nobody, TimeProvider.System);
        Assert.All(_folder.GetFiles("back.db*"), file => Assert.EndsWith(".lock", file.Name, StringComparison.Ordinal));
        await OpenShared().DisposeAsync();
    }

    [Fact]
    public async Task An_end_that_a_server_uses_or_that_has_an_installation_is_left_alone()
    {
        await MakeAsync();
        await using (SqliteStore.Open(Own, TimeProvider.System))
        {
            Assert.Contains("in use", Assert.Throws<StoreException>(ToDatabase).Message, StringComparison.Ordinal);
        }

        ToDatabase();
        await using (OpenShared())
        {
            Assert.Contains("in use (portlight", Assert.Throws<StoreException>(ToFile).Message, StringComparison.Ordinal);
        }

        await SqliteStore.Open(Back, TimeProvider.System).DisposeAsync();
        Assert.Contains("installation of its own", Assert.Throws<StoreException>(ToFile).Message, StringComparison.Ordinal);
        Assert.Contains("already", Assert.Throws<StoreException>(() => InstallationMove.ToDatabase(Back, Database, isDryRun: false, Nobody, TimeProvider.System)).Message, StringComparison.Ordinal);
        await OpenShared().DisposeAsync();
    }

    /// <summary>Killed after the mark and before the commit, or after the commit and before anybody was told.</summary>
    [Fact]
    public async Task A_move_into_a_database_that_was_cut_off_is_run_again()
    {
        await MakeAsync();
        using (var held = HeldFile.Take(Own))
        using (var rows = held.Open())
        {
            MovedFile.Write(rows.Database, new MoveMark(Guid.NewGuid(), "Host=somewhere", TimeProvider.System.GetUtcNow(), IsArriving: false));
        }

        Assert.Throws<StoreException>(() => SqliteStore.Open(Own, TimeProvider.System));
        Assert.False(ToDatabase().IsFinishedBefore);
        Assert.True(ToDatabase().IsFinishedBefore);
        await using var store = OpenShared();
        await SaveAsync(store, 40);
        Assert.Throws<StoreException>(() => SqliteStore.Open(Own, TimeProvider.System));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_into_a_file_that_was_cut_off_is_run_again(bool isReleased)
    {
        await MakeAsync();
        ToDatabase();
        ToFile();
        using (var held = HeldFile.Take(Back))
        using (var log = HeldLog.Take(Database))
        {
            // As it was before its last step, or before the last but one.
            var mark = log.FindMark()!;
            using (var rows = Connection.OpenWriter(Back))
            {
                MovedFile.Write(rows.Database, mark with { IsArriving = true });
            }

            if (!isReleased)
            {
                log.ClearMark();
                log.Commit();
            }
        }

        Assert.Contains("not whole", Assert.Throws<StoreException>(() => SqliteStore.Open(Back, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Equal(isReleased, ToFile().IsFinishedBefore);
        await SqliteStore.Open(Back, TimeProvider.System).DisposeAsync();
        Assert.Throws<StoreException>(OpenShared);
    }

    [Fact]
    public async Task What_cannot_be_read_at_either_end_moves_nothing()
    {
        await MakeAsync();
        using (var held = HeldFile.Take(Own))
        using (var rows = held.Open())
        {
            rows.Database.Execute("UPDATE iam_user SET body = '{\"path\":7}'");
        }

        Assert.Contains("damaged", Assert.Throws<StoreException>(ToDatabase).Message, StringComparison.Ordinal);
        Assert.Equal("0", await SqlAsync("SELECT count(*) + (SELECT position FROM head) FROM item"));
        using (var rows = Connection.OpenWriter(Own))
        {
            rows.Database.Execute("DELETE FROM iam_user");
        }

        ToDatabase();
        await SqlAsync("UPDATE item SET body = '{' WHERE kind = 'group'");
        Assert.Contains("damaged", Assert.Throws<StoreException>(ToFile).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Back));
        Assert.Null(await MarkAsync());
    }

    [Fact]
    public async Task To_undo_a_move_says_what_is_lost_and_closes_the_database()
    {
        await MakeAsync();
        ToDatabase();
        await using (var store = OpenShared())
        {
            await SaveAsync(store, 50);
            await SaveAsync(store, 51);
            Assert.Contains("in use", Assert.Throws<StoreException>(() => InstallationMove.Undo(Own, Database, TimeProvider.System)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("was named", Assert.Throws<StoreException>(() => InstallationMove.Undo(Own, Database + "x", TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Equal(new UndoReport(2, 2), InstallationMove.Undo(Own, Database, TimeProvider.System));
        await using var back = SqliteStore.Open(Own, TimeProvider.System);
        Assert.Null(back.View.FindInstance(Sample.Scope, "web-50"));
        Assert.Throws<StoreException>(OpenShared);
    }

    [Fact]
    public async Task A_restored_backup_ends_the_history_that_servers_follow_and_they_notice_without_writing()
    {
        await MakeAsync();
        await using var running = OpenShared();
        await SaveAsync(running, 60);
        Assert.Contains("already", Assert.Throws<StoreException>(() => InstallationMove.Restore(Own, Database, replaces: false)).Message, StringComparison.Ordinal);

        InstallationMove.Restore(Own, Database, replaces: true);
        Assert.True((await running.Stopped.WaitAsync(Deadline.Span, Cancellation)).HasOtherHistory);
        await Assert.ThrowsAsync<StoreException>(async () => await running.CatchUpAsync(Cancellation));
        await Assert.ThrowsAsync<StoreException>(() => SaveAsync(running, 61));
        await running.DisposeAsync();
        await using var anew = OpenShared();
        Assert.NotNull(anew.View.FindInstance(Sample.Scope, "web-3"));
        Assert.Null(anew.View.FindInstance(Sample.Scope, "web-60"));
    }

    [Fact]
    public async Task A_store_that_has_seen_nothing_yet_does_not_take_a_restored_backup_for_what_comes_next()
    {
        await MakeAsync();
        await using var fresh = OpenShared();
        InstallationMove.Restore(Own, Database, replaces: false);

        Assert.True((await fresh.Stopped.WaitAsync(Deadline.Span, Cancellation)).HasOtherHistory);
    }

    private static void Nobody(string what, long count)
    {
    }

    private static Task SaveAsync(IStore store, int number) => store.SaveAsync(
        (_, changes) =>
        {
            changes.Record(IdentitySample.Event(number));
            return changes.Save(Sample.Instance(number));
        },
        Cancellation);

    /// <summary>The rows of what has moved away, as they were before.</summary>
    private static string Unmarked(string rows) => string.Join('\n', rows.Split('\n').Where(table => !table.StartsWith("moved:", StringComparison.Ordinal)));

    private async Task MakeAsync()
    {
        await using var store = SqliteStore.Open(Own, TimeProvider.System);
        await Everything.SaveAsync(store, Cancellation);
    }

    private PostgresStore OpenShared() => PostgresStore.Open(Database, Path.Combine(_folder.FullName, "mirror.db"), TimeProvider.System);

    private MoveReport ToDatabase() => InstallationMove.ToDatabase(Own, Database, isDryRun: false, Nobody, TimeProvider.System);

    private MoveReport ToFile() => InstallationMove.ToFile(Database, Back, isDryRun: false, Nobody, TimeProvider.System);

    private async Task<string> SqlAsync(string statement) => await SharedPostgres.Server.SqlAsync(_name, statement);

    private async Task<string?> MarkAsync() => await SqlAsync("SELECT body FROM item WHERE kind = 'moved'") is { Length: > 0 } body ? body : null;
}
