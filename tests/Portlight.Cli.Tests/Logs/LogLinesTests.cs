using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Portlight.Cli.Logs;

namespace Portlight.Cli.Tests.Logs;

public sealed class LogLinesTests
{
    [Fact]
    public async Task A_JSON_line_keeps_every_value_under_its_own_name_and_no_sentence()
    {
        var line = JsonSerializer.Deserialize<JsonElement>(await LogAsync(isJson: true, log => log.LogInformation(new EventId(7), "{Who} asked {Count} times in {Milliseconds} ms", "ann+bob", 3, 0.12345)));

        Assert.Equal(("info", "Cli", 7), (line.GetProperty("level").GetString(), line.GetProperty("category").GetString(), line.GetProperty("event").GetInt32()));
        Assert.Equal(("ann+bob", 3, 0.123), (line.GetProperty("who").GetString(), line.GetProperty("count").GetInt32(), line.GetProperty("milliseconds").GetDouble()));
        Assert.False(line.TryGetProperty("message", out _));
        Assert.EndsWith("Z", line.GetProperty("time").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fault_that_is_to_be_expected_is_what_it_says_and_no_stack_trace(bool isJson)
    {
        var line = await LogAsync(isJson, log =>
        {
            try
            {
                try
                {
                    throw new IOException("No space left on device : '/data/audit'");
                }
                catch (IOException inner)
                {
                    throw new Portlight.AgentProtocol.AgentException("the event cannot be written", inner);
                }
            }
            catch (Portlight.AgentProtocol.AgentException fault)
            {
                log.LogError(fault, "it is tried again");
            }
        });

        Assert.Contains("the event cannot be written: No space left on device : '/data/audit'", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception:", line, StringComparison.Ordinal);
    }

    /// <summary>A request that is refused may have named its instance so.</summary>
    [Fact]
    public async Task A_line_of_text_is_one_line_and_no_command_to_the_terminal_that_shows_it()
    {
        var line = await LogAsync(isJson: false, log => log.LogWarning(new IOException("no \u001b[2Kroom\nat all"), "asked for {Name}", "web\u001b[2A\u009b2K\r\n1"));

        Assert.EndsWith(" warn asked for web?[2A?2K 1 | no ?[2Kroom | at all\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_JSON_warning_has_its_sentence_and_its_exception()
    {
        var line = JsonSerializer.Deserialize<JsonElement>(await LogAsync(isJson: true, log => log.LogWarning(new InvalidOperationException("no\nroom"), "could not write {File}", "a.db")));

        Assert.Equal("could not write a.db", line.GetProperty("message").GetString());
        Assert.Contains("no\nroom", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task An_entry_holds_nothing_of_the_one_before_it(int length)
    {
        var text = await LogAsync(isJson: true, log =>
        {
            log.LogInformation("{First}", new string('a', length));
            log.LogInformation("{Second}", "b");
        });

        var lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal(length, JsonSerializer.Deserialize<JsonElement>(lines[0]).GetProperty("first").GetString()!.Length);
        Assert.Equal("b", JsonSerializer.Deserialize<JsonElement>(lines[1]).GetProperty("second").GetString());
        Assert.DoesNotContain("first", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_entry_is_one_line_whatever_it_holds()
    {
        var text = await LogAsync(isJson: false, log => log.LogError(new InvalidOperationException("no\nroom"), "could not write {File}", "a\nb"));

        Assert.Single(text.TrimEnd('\n').Split('\n'));
        Assert.Contains(" error could not write a b | ", text, StringComparison.Ordinal);
    }

    private static async Task<string> LogAsync(bool isJson, Action<ILogger> write)
    {
        using var output = new MemoryStream();
        await using (var lines = new LogLines(output, isJson, TimeProvider.System))
        {
            write(lines.CreateLogger("Portlight.Cli"));
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }
}
