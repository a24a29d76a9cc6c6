using System.Text;
using Portlight.Storage;
using Portlight.Storage.Sqlite;
using Portlight.TestKit;

namespace Portlight.Cli.Tests.Verbs;

/// <summary><c>portlight audit verify</c>, on a database that a server has open and on exported files.</summary>
public sealed class AuditVerbTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-audit-").FullName;
    private SqliteStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = SqliteStore.Open(Path.Combine(_directory, "portlight.db"), TimeProvider.System);
        for (var i = 1; i <= 3; i++)
        {
            await RecordAsync(i);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_sound_log_is_counted_and_its_head_told()
    {
        var (code, output, _) = await RunAsync($"audit verify --data {_directory}");

        var lines = output.Split('\n');
        Assert.Equal(0, code);
        Assert.Equal("3 events, 2026-11-22T12:00:01Z to 2026-11-22T12:00:03Z", lines[0]);
        Assert.Matches("^head 3:[0-9a-f]{64}$", lines[1]);
    }

    [Fact]
    public async Task A_head_that_was_kept_is_found_again_and_another_is_not()
    {
        var head = await HeadAsync();
        await RecordAsync(4);

        Assert.Equal(0, (await RunAsync($"audit verify --data {_directory} --head {head}")).Code);
        var (code, _, error) = await RunAsync($"audit verify --data {_directory} --head 3:{new string('a', 64)}");

        Assert.Equal(1, code);
        Assert.StartsWith("portlight: the audit log is broken at event 3: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_one_log_and_a_change_in_one_shows()
    {
        var lines = Lines();
        var first = await WriteAsync("a.jsonl", lines[..1]);
        var second = await WriteAsync("b.jsonl", lines[1..]);

        var sound = await RunAsync($"audit verify --file {first} {second} --head {await HeadAsync()}");
        Assert.Equal((0, ""), (sound.Code, sound.Error));
        Assert.StartsWith("3 events, ", sound.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(second, string.Join('\n', lines[1..]).Replace("\"n\":2", "\"n\":7", StringComparison.Ordinal) + "\n", TestContext.Current.CancellationToken);
        var (code, _, error) = await RunAsync($"audit verify --file {first} {second}");
        Assert.Equal(1, code);
        Assert.StartsWith("portlight: the audit log is broken at event 2: ", error, StringComparison.Ordinal);
        Assert.Contains("b.jsonl", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_without_the_end_are_broken_where_the_head_was_kept()
    {
        var file = await WriteAsync("a.jsonl", Lines()[..2]);

        Assert.Equal(0, (await RunAsync($"audit verify --file {file}")).Code);
        var (code, _, error) = await RunAsync($"audit verify --file {file} --head {await HeadAsync()}");

        Assert.Equal(1, code);
        Assert.Contains("the end is missing", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_passes_for_verified_that_is_not()
    {
        var lines = Lines();
        var second = await WriteAsync("b.jsonl", lines[1..]);
        var forged = await WriteAsync("forged.jsonl", [lines[1].Replace("\"n\":2", "\"n\":7", StringComparison.Ordinal), lines[2]]);
        var before = $"1:{lines[0][^67..^3]}";

        // Where the files begin with an event whose predecessor is unknown, that is said; with it, the text counts.
        Assert.Contains("the text of event 2 is not verified", (await RunAsync($"audit verify --file {second}")).Output, StringComparison.Ordinal);
        Assert.Contains("the text of event 2 is not verified", (await RunAsync($"audit verify --file {forged}")).Output, StringComparison.Ordinal);
        foreach (var option in new[] { "--after", "--head" })
        {
            var (code, output, _) = await RunAsync($"audit verify --file {second} {option} {before}");
            Assert.Equal((0, false), (code, output.Contains("not verified", StringComparison.Ordinal)));
            Assert.Contains("broken at event 2", (await RunAsync($"audit verify --file {forged} {option} {before}")).Error, StringComparison.Ordinal);
        }

        // Event 1 follows from what is known.
        var first = await WriteAsync("first.jsonl", [lines[0].Replace("\"n\":1", "\"n\":7", StringComparison.Ordinal), .. lines[1..]]);
        Assert.Contains("broken at event 1", (await RunAsync($"audit verify --file {first} --head {await HeadAsync()}")).Error, StringComparison.Ordinal);

        // A file that was emptied, and a head that nothing can be compared with.
        var empty = Path.Combine(_directory, "empty.jsonl");
        await File.WriteAllTextAsync(empty, "", TestContext.Current.CancellationToken);
        Assert.Equal(1, (await RunAsync($"audit verify --file {empty}")).Code);
        Assert.Contains("empty.jsonl holds no events", (await RunAsync($"audit verify --file {second} {empty}")).Error, StringComparison.Ordinal);
        var third = await WriteAsync("third.jsonl", lines[2..]);
        Assert.Contains("could not be compared", (await RunAsync($"audit verify --file {third} --head {before}")).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync($"audit verify --data {_directory} --after {before}")).Code);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string line)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await PortlightCommand.RunAsync(line.Split(' '), output, error);
        return (code, output.ToString(), error.ToString());
    }

    private async Task<string> HeadAsync() => (await RunAsync($"audit verify --data {_directory}")).Output.Split('\n')[1]["head ".Length..];

    private string[] Lines()
    {
        var lines = new List<string>();
        for (var block = _store.View.FindAuditBlockAfter(0); block is not null; block = _store.View.FindAuditBlockAfter(block.FirstSequence))
        {
            lines.AddRange(Encoding.UTF8.GetString(block.Lines.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return [.. lines];
    }

    private async Task<string> WriteAsync(string name, string[] lines)
    {
        var path = Path.Combine(_directory, name);
        await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n", TestContext.Current.CancellationToken);
        return path;
    }

    private Task RecordAsync(int n) => _store.SaveAsync(
        (_, changes) =>
        {
            changes.Record(new AuditEvent(DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes($$"""{"eventTime":"2026-11-22T12:00:0{{n}}Z","n":{{n}}}""")));
            return true;
        },
        TestContext.Current.CancellationToken);
}
