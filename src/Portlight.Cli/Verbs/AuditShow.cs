using System.CommandLine;
using System.Globalization;
using Portlight.Cli.History;
using Portlight.Domain;
using Portlight.Wire.CloudTrail;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight audit show</c>: the last events of the installation's own account and region, newest first, by LookupEvents.</summary>
internal static class AuditShow
{
    private const int Most = 10_000;

    /// <summary>A refused request may have named anything, in any length.</summary>
    private const int LongestNames = 300;

    public static Command Create()
    {
        var limit = CountOption.Create("How many events", usual: 50, Most);
        var filter = new Option<string?>("--where") { HelpName = "KEY=VALUE", Description = "Only events with a property, as in EventName=PutInstancePublicPorts or Username=alice" };
        var json = new Option<bool>("--json") { Description = "Whole events, one on each line" };
        var data = DataOption.Create();
        var command = new Command("show", "Show the last events") { limit, filter, json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var attribute = parsed.GetValue(filter) is { } text ? ReadFilter(text) : null;
            var events = await AuditReading.ReadAsync(installation, attribute, parsed.GetValue(limit), cancellation);
            Write(events, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static LookupAttribute ReadFilter(string text) => text.Split('=', 2) is [{ Length: > 0 } key, { Length: > 0 } value]
        ? new LookupAttribute { AttributeKey = key, AttributeValue = value }
        : throw new UsageException($"--where: `{text}` must be KEY=VALUE, as in EventName=PutInstancePublicPorts");

    internal static void Write(List<Event> events, bool asJson, TextWriter output)
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
            using var document = AuditReading.Parse(one);
            var whole = document.RootElement;
            accounts.Add(AuditReading.Text(whole, "recipientAccountId") ?? "");
            table.AddRow(
                Markup.Escape(one.EventTime?.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z"),
                Markup.Escape(one.Username ?? one.AccessKeyId ?? AuditReading.Actor(whole)),
                Markup.Escape(AuditReading.Text(whole, "sourceIPAddress") ?? ""),
                Markup.Escape(one.EventName ?? ""),
                Markup.Escape(UserText.Line(string.Join(", ", one.Resources?.Select(resource => resource.ResourceName) ?? []), LongestNames)),
                AuditReading.Text(whole, "errorCode") is { } error ? $"[red]{Markup.Escape(error)}[/]" : "ok",
                Markup.Escape(AuditedPorts.Of(whole)));
        }

        output.WriteLine(events.Count == 0 ? "no events" : $"account {string.Join(", ", accounts.Where(account => account.Length > 0))}");
        Screen.Write(output, table);
    }
}
