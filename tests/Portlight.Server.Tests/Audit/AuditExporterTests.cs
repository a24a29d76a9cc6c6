using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portlight.Audit;
using Portlight.Storage;
using Portlight.Storage.Sqlite;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Audit;

/// <summary>The files of exported events: whole, in order, once each, whatever happens to the exporter.</summary>
public sealed class AuditExporterTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-export-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private SqliteStore _store = null!;

    private string Files => Path.Combine(_directory, "audit");

    private string Today => Path.Combine(Files, $"portlight-{_clock.GetUtcNow():yyyy-MM-dd}.jsonl");

    public ValueTask InitializeAsync()
    {
        _store = SqliteStore.Open(Path.Combine(_directory, "portlight.db"), _clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Every_event_is_in_the_file_of_its_day_as_the_store_has_it()
    {
        await RecordAsync(3);
        await ExportAsync();
        _clock.Advance(TimeSpan.FromDays(1));
        await RecordAsync(2);
        await ExportAsync();

        Assert.Equal(["portlight-2026-11-22.jsonl", "portlight-2026-11-23.jsonl"], Directory.GetFiles(Files).Select(Path.GetFileName).Order());
        Assert.Equal(StoreLines(), FileLines());
        Assert.Equal(2, File.ReadLines(Today).Count());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Today));
    }

    [Fact]
    public async Task A_running_exporter_follows_the_bell()
    {
        await using var exporter = Exporter();
        _store.ObserveAudit(_ => exporter.Ring());
        exporter.Start();

        await RecordAsync(5);
        await Until.TrueAsync(
            () =>
            {
                _clock.Advance(AuditExporter.Together);
                return exporter.Exported == 5;
            },
            "the events in the file");

        Assert.Equal(StoreLines(), FileLines());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1000)]
    public async Task What_a_crash_has_torn_is_cut_and_written_again(int lost)
    {
        await RecordAsync(20, inOneBlock: true);
        await ExportAsync();
        await using (var file = File.OpenWrite(Today))
        {
            file.SetLength(file.Length - lost);
        }

        await RecordAsync(1);
        await ExportAsync();

        Assert.Equal(StoreLines(), FileLines());
    }

    [Fact]
    public async Task What_is_no_event_at_the_end_of_a_file_is_cut_too()
    {
        await RecordAsync(2);
        await ExportAsync();
        await File.AppendAllTextAsync(Today, "\0\0\0\0\nnoise\n", TestContext.Current.CancellationToken);

        await RecordAsync(1);
        await ExportAsync();

        Assert.Equal(StoreLines(), FileLines());
    }

    [Fact]
    public async Task Files_that_were_shipped_and_removed_do_not_come_back_while_the_newest_stays()
    {
        await RecordAsync(2);
        await ExportAsync();
        _clock.Advance(TimeSpan.FromDays(1));
        await RecordAsync(2);
        await ExportAsync();
        File.Delete(Path.Combine(Files, "portlight-2026-11-22.jsonl"));

        await RecordAsync(1);
        await ExportAsync();

        Assert.Equal(StoreLines()[2..], FileLines());
    }

    [Fact]
    public async Task Files_of_another_log_are_not_added_to()
    {
        Directory.CreateDirectory(Files);
        await File.WriteAllTextAsync(Today, "{\"a\":1,\"chain\":{\"sequence\":1,\"hash\":\"" + new string('a', 64) + "\"}}\n", TestContext.Current.CancellationToken);
        await RecordAsync(2);

        await ExportAsync();

        Assert.Single(FileLines());
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_holds_nothing_up_and_is_tried_again()
    {
        await File.WriteAllTextAsync(Files, "in the way", TestContext.Current.CancellationToken);
        await using var exporter = Exporter();
        exporter.Start();
        await RecordAsync(2);
        Assert.Equal(0, exporter.Exported);

        File.Delete(Files);
        await Until.TrueAsync(
            () =>
            {
                _clock.Advance(AuditExporter.RetryAfter);
                return exporter.Exported == 2;
            },
            "another attempt");

        Assert.Equal(StoreLines(), FileLines());
    }

    [Fact]
    public async Task Files_older_than_the_retention_go_one_an_hour_and_none_at_the_start()
    {
        for (var day = 0; day < 3; day++)
        {
            await RecordAsync(1);
            await ExportAsync();
            _clock.Advance(TimeSpan.FromDays(1));
        }

        _clock.Advance(TimeSpan.FromDays(120));
        await RecordAsync(1);
        for (var starts = 0; starts < 3; starts++)
        {
            var started = Exporter();
            started.Start();
            await started.DisposeAsync();
            Assert.Equal(StoreLines(), FileLines());
        }

        await using var exporter = Exporter();
        exporter.Start();
        for (var hour = 1; hour <= 2; hour++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            await Until.TrueAsync(
                () =>
                {
                    _clock.Advance(AuditExporter.Together);
                    exporter.Ring();
                    return FileLines().SequenceEqual(StoreLines().Skip(hour));
                },
                $"the oldest {hour} files to be deleted");
        }

        await exporter.DisposeAsync();
        Assert.Equal(StoreLines()[2..], FileLines());
    }

    private AuditExporter Exporter() => new(_store, Files, TimeSpan.FromDays(30), _clock, NullLogger<AuditExporter>.Instance);

    /// <summary>A start and a stop: a stop writes what there is.</summary>
    private async Task ExportAsync() => await Exporter().DisposeAsync();

    private string[] StoreLines()
    {
        var lines = new List<string>();
        for (var block = _store.View.FindAuditBlockAfter(0); block is not null; block = _store.View.FindAuditBlockAfter(block.FirstSequence))
        {
            lines.AddRange(Encoding.UTF8.GetString(block.Lines.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return [.. lines];
    }

    /// <summary>The exporter may delete a file between the two looks at it: then it is not there.</summary>
    private string[] FileLines()
    {
        var lines = new List<string>();
        foreach (var file in Directory.GetFiles(Files).Order())
        {
            try
            {
                lines.AddRange(File.ReadLines(file));
            }
            catch (FileNotFoundException)
            {
            }
        }

        return [.. lines];
    }

    private async Task RecordAsync(int count, bool inOneBlock = false)
    {
        for (var i = 0; i < (inOneBlock ? 1 : count); i++)
        {
            await _store.SaveAsync(
                (_, changes) =>
                {
                    for (var n = 0; n < (inOneBlock ? count : 1); n++)
                    {
                        changes.Record(new AuditEvent(_clock.GetUtcNow(), """{"eventName":"Op"}"""u8.ToArray()));
                    }

                    return true;
                },
                TestContext.Current.CancellationToken);
        }
    }
}
