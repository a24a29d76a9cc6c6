using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Portlight.Wire.CloudTrail;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight audit show</c>: the last events of the installation's own account and region, newest first, by LookupEvents.</summary>
internal static class AuditShow
{
    private const int Most = 10_000;

    /// <summary>Deeper than any event.</summary>
    private static readonly JsonDocumentOptions Readable = new() { MaxDepth = 512 };

    public static Command Create()
    {
        var limit = new Option<int>("--limit") { HelpName = "COUNT", Description = "How many events, 50 if not given", DefaultValueFactory = _ => 50 };
        limit.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() is < 1 or > Most)
            {
                result.AddError($"--limit must be 1 to {Most}");
            }
        });
        var filter = new Option<string?>("--where") { HelpName = "KEY=VALUE", Description = "Only events with a property, as in EventName=PutInstancePublicPorts or Username=alice" };
        var json = new Option<bool>("--json") { Description = "Whole events, one on each line" };
        var data = DataOption.Create();
        var command = new Command("show", "Show the last events") { limit, filter, json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var attribute = parsed.GetValue(filter) is { } text ? ReadFilter(text) : null;
            var events = await ReadAsync(installation, attribute, parsed.GetValue(limit), cancellation);
            Write(events, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static LookupAttribute ReadFilter(string text) => text.Split('=', 2) is [{ Length: > 0 } key, { Length: > 0 } value]
        ? new LookupAttribute { AttributeKey = key, AttributeValue = value }
        : throw new UsageException($"--where: `{text}` must be KEY=VALUE, as in EventName=PutInstancePublicPorts");

    private static async Task<List<Event>> ReadAsync(Installation installation, LookupAttribute? attribute, int limit, CancellationToken cancellation)
    {
        var events = new List<Event>();
        string? token = null;
        do
        {
            var request = new LookupEventsRequest { LookupAttributes = attribute is null ? null : [attribute], MaxResults = Math.Min(50, limit - events.Count), NextToken = token };
            var answer = await installation.LookupEventsAsync(request, cancellation);
            events.AddRange(answer.Events);
            token = answer.NextToken;
        }
        while (token is not null && events.Count < limit);

        return events;
    }

    private static void Write(List<Event> events, bool asJson, TextWriter output)
    {
        if (asJson)
        {
            events.ForEach(one => output.WriteLine(one.CloudTrailEvent));
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in (string[])["time", "who", "from", "event", "resources", "outcome", "ports"])
        {
            table.AddColumn(heading);
        }

        var accounts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var one in events)
        {
            using var document = JsonDocument.Parse(one.CloudTrailEvent ?? "{}", Readable);
            var whole = document.RootElement;
            accounts.Add(Text(whole, "recipientAccountId") ?? "");
            table.AddRow(
                Markup.Escape(one.EventTime?.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z"),
                Markup.Escape(one.Username ?? one.AccessKeyId ?? Actor(whole)),
                Markup.Escape(Text(whole, "sourceIPAddress") ?? ""),
                Markup.Escape(one.EventName ?? ""),
                Markup.Escape(string.Join(", ", one.Resources?.Select(resource => resource.ResourceName) ?? [])),
                Text(whole, "errorCode") is { } error ? $"[red]{Markup.Escape(error)}[/]" : "ok",
                Markup.Escape(AuditedPorts.Of(whole)));
        }

        output.WriteLine(events.Count == 0 ? "no events" : $"account {string.Join(", ", accounts.Where(account => account.Length > 0))}");
        Screen.Write(output, table);
    }

    /// <summary>The operator of a verb that works on the data directory; else the server itself.</summary>
    private static string Actor(JsonElement whole) => whole.TryGetProperty("serviceEventDetails", out var details)
        ? Text(details, "uid") is not { } uid ? "portlight" : Text(details, "sudoUser") is { } sudo ? $"uid {uid}, sudo by {sudo}" : $"uid {uid}"
        : "unknown";

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
