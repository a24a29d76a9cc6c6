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

    public static Command Create()
    {
        var limit = new Option<int>("--limit") { HelpName = "COUNT", Description = "How many events, 50 if not given", DefaultValueFactory = _ => 50 };
        var filter = new Option<string?>("--where") { HelpName = "KEY=VALUE", Description = "Only events with a property, as in EventName=PutInstancePublicPorts or Username=alice" };
        var json = new Option<bool>("--json") { Description = "Whole events, one on each line" };
        var data = DataOption.Create();
        var command = new Command("show", "Show the last events") { limit, filter, json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var attribute = parsed.GetValue(filter) is { } text ? ReadFilter(text) : null;
            var events = await ReadAsync(installation, attribute, Math.Clamp(parsed.GetValue(limit), 1, Most), cancellation);
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
        foreach (var heading in (string[])["time", "who", "from", "event", "resources", "outcome"])
        {
            table.AddColumn(heading);
        }

        foreach (var one in events)
        {
            using var document = JsonDocument.Parse(one.CloudTrailEvent ?? "{}");
            var whole = document.RootElement;
            table.AddRow(
                Markup.Escape(one.EventTime?.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z"),
                Markup.Escape(one.Username ?? one.AccessKeyId ?? "unknown"),
                Markup.Escape(Text(whole, "sourceIPAddress") ?? ""),
                Markup.Escape(one.EventName ?? ""),
                Markup.Escape(string.Join(", ", one.Resources?.Select(resource => resource.ResourceName) ?? [])),
                Text(whole, "errorCode") is { } error ? $"[red]{Markup.Escape(error)}[/]" : "ok");
        }

        Screen.On(output).Write(table);
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
