using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>Disks that are full, files that are damaged, and others who want the same file.</summary>
public sealed class SqliteFailures : IAsyncDisposable
{
    private readonly SqliteSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task A_second_server_cannot_open_the_store()
    {
        await using (_source.Open())
        {
            var refusal = Assert.Throws<StoreException>(() => _source.Open());
            Assert.Contains("in use by another portlight server", refusal.Message, StringComparison.Ordinal);
        }

        await using var after = _source.Open();
    }

    [Fact]
    public async Task Another_process_cannot_open_the_store()
    {
        await using var store = _source.Open();
        using var process = StoreProcess.Start([], "write-until-killed", _source.Path);
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains("in use by another portlight server", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_directory_is_named()
    {
        var refusal = Assert.Throws<StoreException>(() => SqliteStore.Open(Path.Combine(_source.Directory, "none", "portlight.db"), TimeProvider.System));
        Assert.Contains("does not exist", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_can_read_the_files()
    {
        await using var store = _source.Open();
        await SaveAsync(store, 1);
        Assert.All(["", "-wal", "-shm"], end => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_source.Path + end)));
    }

    [Fact]
    public async Task What_rests_on_a_write_that_fails_fails_with_it_and_the_next_rests_on_what_is_durable()
    {
        await using var store = _source.Open();
        await SaveAsync(store, 1);
        store.WriterDatabase.Execute($"PRAGMA max_page_count = {store.WriterDatabase.Scalar("PRAGMA page_count")}");
        var hold = await _source.HoldWriterAsync(store);
        var large = store.SaveAsync((view, changes) => changes.Save(view.FindInstance(Sample.Scope, "web-1")! with { UserData = new string('x', 100_000) }), Cancellation);
        var onIt = store.SaveAsync((view, changes) => changes.Save(view.FindInstance(Sample.Scope, "web-1")! with { KeyPairName = "other" }), Cancellation);
        var refusal = store.SaveAsync<int>((view, _) => throw new InvalidOperationException($"{view.FindInstance(Sample.Scope, "web-1")!.UserData.Length}"), Cancellation);
        hold.Dispose();

        Assert.All([large, onIt, (Task)refusal], write => Assert.True(Assert.ThrowsAsync<StoreException>(() => write).GetAwaiter().GetResult().IsDiskFull));
        store.WriterDatabase.Execute("PRAGMA max_page_count = 1000000");
        var next = await store.SaveAsync((view, changes) => changes.Save(view.FindInstance(Sample.Scope, "web-1")! with { KeyPairName = "next" }), Cancellation);

        Assert.Equal((2, ""), (next.Revision, next.UserData));
        Assert.Equal("next", store.View.FindInstance(Sample.Scope, "web-1")!.KeyPairName);
    }

    [Fact]
    public async Task A_full_database_refuses_the_whole_batch_writes_nothing_and_goes_on_when_there_is_room()
    {
        await using var store = _source.Open();
        await SaveAsync(store, 1);
        var pages = store.WriterDatabase.Scalar("PRAGMA page_count");
        store.WriterDatabase.Execute($"PRAGMA max_page_count = {pages}");

        var refused = Enumerable.Range(2, 20).Select(number => SaveAsync(store, number, userData: new string('x', 10_000))).ToList();
        foreach (var task in refused)
        {
            var refusal = await Assert.ThrowsAsync<StoreException>(() => task);
            Assert.Contains("no room left", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, store.Revision);
        Assert.Single(store.View.AllInstances());
        Assert.Null(store.View.FindInstance(Sample.Scope, "web-2"));

        store.WriterDatabase.Execute("PRAGMA max_page_count = 1000000");
        Assert.Equal(2, await SaveAsync(store, 2));
        Assert.Equal([1, 2], store.View.AllInstances().Select(instance => instance.Revision));
    }

    [Fact]
    public async Task A_failure_is_over_once_there_is_room_though_nobody_writes()
    {
        await using var store = _source.Open();
        await SaveAsync(store, 1);
        store.WriterDatabase.Execute($"PRAGMA max_page_count = {store.WriterDatabase.Scalar("PRAGMA page_count")}");
        await Assert.ThrowsAsync<StoreException>(() => SaveAsync(store, 2, userData: new string('x', 10_000)));
        var (problem, commits) = (store.Problem, store.Commits);
        Assert.True(problem?.IsDiskFull);

        await Until.TrueAsync(() => store.Problem is null, () => "the store to try again by itself");
        Assert.Equal((commits + 1, 1), (store.Commits, store.Revision));
    }

    /// <summary>On a real file system that is full: an 800 kB tmpfs in namespaces of its own.</summary>
    [Fact]
    public async Task A_full_disk_refuses_writes_loses_nothing_and_goes_on_when_there_is_room()
    {
        string[] command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=800k tmpfs \"$0\" && exec \"$@\"", _source.Directory];
        using var process = StoreProcess.Start(command, "fill-disk", _source.Directory);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.True(process.ExitCode == 0, output + error);
        Assert.Contains("full: ", output, StringComparison.Ordinal);
        Assert.Contains("room: written", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        await File.WriteAllTextAsync(_source.Path, new string('#', 8192), Cancellation);
        var refusal = Assert.Throws<StoreException>(() => _source.Open());
        Assert.Contains("is damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_inside_the_file_is_a_store_exception_and_not_an_answer()
    {
        await using (var store = _source.Open())
        {
            await Task.WhenAll(Enumerable.Range(1, 200).Select(number => SaveAsync(store, number)));
        }

        // Everything but the first page, which holds the schema.
        var bytes = await File.ReadAllBytesAsync(_source.Path, Cancellation);
        bytes.AsSpan(4096).Fill(0xEE);
        await File.WriteAllBytesAsync(_source.Path, bytes, Cancellation);

        var refusal = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            await using var damaged = _source.Open();
            damaged.View.AllInstances();
        });
        Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_cannot_be_understood_is_named()
    {
        await using (var store = _source.Open())
        {
            await SaveAsync(store, 1);
        }

        using (var database = Database.Open(_source.Path, readOnly: false))
        {
            database.Execute("UPDATE instance SET body = '{\"name\":7}'");
        }

        await using var damaged = _source.Open();
        var refusal = Assert.Throws<StoreException>(() => damaged.View.AllInstances());
        Assert.Contains("111122223333/us-east-1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_observer_that_throws_stops_the_store_after_its_writers_were_told()
    {
        await using var store = _source.Open();
        store.Observe(_ => throw new InvalidOperationException("the reconciler is gone"));
        Assert.Equal(1, await SaveAsync(store, 1));
        var refusal = await Assert.ThrowsAsync<StoreException>(() => SaveAsync(store, 2));

        Assert.Contains("the reconciler is gone", refusal.Message, StringComparison.Ordinal);
        Assert.Single(store.View.AllInstances());
    }

    private static Task<long> SaveAsync(SqliteStore store, int number, string userData = "") =>
        store.SaveAsync((_, changes) => changes.Save(Sample.Instance(number) with { UserData = userData }).Revision, Cancellation);
}
