using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portlight.Storage;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Audit;

/// <summary>Reads the audit log as a test needs it: whole, parsed, with what changes from run to run masked.</summary>
internal static partial class AuditReading
{
    private const string Marker = """{"marker":true,"recipientAccountId":"none"}""";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes every event durable that the store has taken.</summary>
    public static Task FlushAuditAsync(this ServerHarness server) => server.Server.Store.SaveAsync(
        (_, changes) =>
        {
            changes.Record(new AuditEvent(server.Clock.GetUtcNow(), Encoding.UTF8.GetBytes(Marker)));
            return true;
        },
        TestContext.Current.CancellationToken);

    /// <summary>Lines of every event that was recorded until now, in order.</summary>
    public static async Task<List<string>> AuditLinesAsync(this ServerHarness server)
    {
        await server.FlushAuditAsync();
        var lines = new List<string>();
        for (var block = server.Server.Store.View.FindAuditBlockAfter(0); block is not null; block = server.Server.Store.View.FindAuditBlockAfter(block.FirstSequence))
        {
            lines.AddRange(Encoding.UTF8.GetString(block.Lines.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("{\"marker\"", StringComparison.Ordinal)));
        }

        return lines;
    }

    public static async Task<List<JsonElement>> EventsAsync(this ServerHarness server) => [.. (await server.AuditLinesAsync()).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    public static async Task<JsonElement> LastEventAsync(this ServerHarness server) => (await server.EventsAsync())[^1];

    /// <summary>Events as a person reads them: indented, without their place in the chain, ids by number.</summary>
    public static string Masked(params IEnumerable<JsonElement> events)
    {
        var ids = new Dictionary<string, string>();
        var text = string.Join("\n", events.Select(one => JsonSerializer.Serialize(
            one.EnumerateObject().Where(member => member.Name != "chain").ToDictionary(member => member.Name, member => member.Value), Indented)));
        text = Guids().Replace(text, match => ids.TryGetValue(match.Value, out var known) ? known : ids[match.Value] = $"<id {ids.Count + 1}>");
        text = Keys().Replace(text, "<key>");
        return text + "\n";
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Guids();

    [GeneratedRegex("AKIA[A-Z0-9]{16}")]
    private static partial Regex Keys();
}
