using System.Diagnostics;
using System.Globalization;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>
/// What has been acknowledged is there after the process was killed. A killed process proves the order of writing and acknowledging, not the flush: what the
/// kernel has taken survives the process. That the flush is asked for is what <see cref="SqliteDurability"/> checks.
/// </summary>
public sealed class SqliteCrash
{
    private static readonly bool Storm = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1";

    [Fact]
    public async Task Everything_acknowledged_is_there_after_a_kill()
    {
        var random = new Random(20261122);
        var watch = Stopwatch.StartNew();
        var rounds = 0;
        while (GoesOn())
        {
            // A new database now and then: every round reads the whole log.
            await using var source = new SqliteSource();
            var acknowledged = new Dictionary<int, (int Port, long Revision)>();
            do
            {
                await WriteAndKillAsync(source.Path, random.Next(1, 400), acknowledged);
                await using var store = source.Open();
                AssertStored(store, acknowledged);
            }
            while (++rounds % 25 != 0 && GoesOn());
        }

        Assert.True(rounds >= 3, $"only {rounds} rounds in {watch.Elapsed}");

        bool GoesOn() => Storm ? rounds < 1000 : rounds < 3 || (rounds < 24 && watch.Elapsed < TimeSpan.FromSeconds(15));
    }

    /// <summary>Commits flush the data of the log by a call of their own, whose failure is a commit's.</summary>
    [Fact]
    public async Task A_commit_whose_flush_fails_is_not_acknowledged()
    {
        await using var source = new SqliteSource();
        using var flush = await FailingFlush.BuildAsync();
        var acknowledged = new Dictionary<int, (int Port, long Revision)>();
        using (var process = StoreProcess.Start([], start => flush.Prepare(start, "portlight.db-wal", call: "fdatasync"), "write-until-killed", source.Path))
        {
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                flush.Arm();
                Note(line, acknowledged);
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, process.ExitCode);

            // SQLITE_IOERR_FSYNC: told to the callers of the commit, and to those after them as the reason why the store has stopped. Either may be first.
            Assert.Contains("disk I/O error, code 1034", await error, StringComparison.Ordinal);
        }

        await using var store = source.Open();
        AssertStored(store, acknowledged);
    }

    /// <summary>A checkpoint is nobody's request, so its failure shows in what comes after: nothing.</summary>
    [Fact]
    public async Task A_checkpoint_whose_flush_fails_stops_the_store_and_loses_nothing()
    {
        await using var source = new SqliteSource();
        using var flush = await FailingFlush.BuildAsync();
        var acknowledged = new Dictionary<int, (int Port, long Revision)>();
        using (var process = StoreProcess.Start([], start => flush.Prepare(start, "portlight.db"), "write-until-killed", source.Path))
        {
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                flush.Arm();
                Note(line, acknowledged);
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, process.ExitCode);
            Assert.Contains("its log could not be copied into the database", await error, StringComparison.Ordinal);
        }

        await using var store = source.Open();
        AssertStored(store, acknowledged);
    }

    private static void Note(string line, Dictionary<int, (int Port, long Revision)> acknowledged)
    {
        // A kill may have cut the last line short; then nobody was told.
        var parts = line.Split(' ');
        if (parts.Length == 3 && long.TryParse(parts[2], CultureInfo.InvariantCulture, out var revision))
        {
            var writer = int.Parse(parts[0], CultureInfo.InvariantCulture);
            var before = acknowledged.GetValueOrDefault(writer);
            acknowledged[writer] = revision > before.Revision ? (int.Parse(parts[1], CultureInfo.InvariantCulture), revision) : before;
        }
    }

    private static async Task WriteAndKillAsync(string path, int lines, Dictionary<int, (int Port, long Revision)> acknowledged)
    {
        using var process = StoreProcess.Start([], "write-until-killed", path);
        for (var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken); line is not null; line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))
        {
            Note(line, acknowledged);
            if (--lines == 0)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(lines <= 0, $"the writer ended by itself: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }

    private static void AssertStored(SqliteStore store, Dictionary<int, (int Port, long Revision)> acknowledged)
    {
        // One event for each change and none for a change that did not come through; the chain of all of them is whole.
        var events = IdentitySample.Numbers(store.View).Where(number => number > 0).ToList();
        Assert.Equal(store.Revision, events.Count);
        Assert.All(acknowledged, told => Assert.Equal(StoreProcess.NumberOf(told.Key, told.Value.Port), events[(int)told.Value.Revision - 1]));
        Assert.Equal(store.Revision, store.View.AllInstances().Max(instance => instance.Revision));
        foreach (var (writer, (port, revision)) in acknowledged)
        {
            // A later write of its own may be there, of which it was not told any more: one for each time it was killed.
            var instance = store.View.FindInstance(Sample.Scope, Sample.Instance(writer).Name);
            Assert.True(instance?.Revision >= revision, $"writer {writer} was told revision {revision} and finds {instance?.Revision}");
            Assert.InRange(instance!.Ports.Rules[0].FromPort - port, instance.Revision == revision ? 0 : 1, instance.Revision == revision ? 0 : 20);
        }
    }
}
