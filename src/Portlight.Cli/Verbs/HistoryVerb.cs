using System.CommandLine;
using System.Globalization;
using Portlight.Cli.History;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight history</c>: the changes of an instance's ports, or of all of them, newest first, from the audit log.</summary>
internal static class HistoryVerb
{
    private const int Most = 10_000;
    private const string Instance = "AWS::Lightsail::Instance";

    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance; one that is gone, too (default: all instances)");
        name.Arity = ArgumentArity.ZeroOrOne;
        var limit = CountOption.Create("How many changes", usual: 20, Most);
        var where = new InstallationOptions();
        var command = new Command("history", "Show the changes of an instance's ports, or of all instances") { name, limit };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = await where.OpenAsync(parsed, cancellation);
            var (output, most) = (parsed.InvocationConfiguration.Output, parsed.GetValue(limit));
            if (parsed.GetValue(name) is { } instance)
            {
                Write(output, instance, await PortHistory.OfAsync(installation, instance, cancellation).Take(most).ToListAsync(cancellation));
            }
            else
            {
                Write(output, await PortHistory.OfAllAsync(installation, cancellation).Take(most).ToListAsync(cancellation));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, string name, List<PortRevision> changes)
    {
        if (changes.Count == 0)
        {
            output.WriteLine($"the audit log has no change of the ports of {name}");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("time", "by", "from", "event", "change", "id");
        foreach (var change in changes)
        {
            table.AddRow([.. Origin(change.At, change.By, change.EventName), .. Escaped(string.Join('\n', Lines(change)), change.EventId)]);
        }

        Screen.Write(output, table);
    }

    private static void Write(TextWriter output, List<Activity> changes)
    {
        if (changes.Count == 0)
        {
            output.WriteLine("the audit log has no change of ports");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("time", "by", "from", "event", "instance", "change", "id");
        foreach (var change in changes)
        {
            var names = string.Join(", ", change.Resources.Where(resource => resource.Type == Instance).Select(resource => resource.Name));
            string[] lines = [.. change.Effects.Select(DryRun.Line), .. change.FurtherEffects > 0 ? [$"and {change.FurtherEffects} more"] : Array.Empty<string>()];
            table.AddRow([.. Origin(change.At, change.By, change.EventName), .. Escaped(names, string.Join('\n', [.. lines.Length == 0 ? ["no packet is treated otherwise"] : lines, .. Why(change.Reason)]), change.EventId)]);
        }

        Screen.Write(output, table);
    }

    private static string[] Origin(DateTimeOffset at, Actor by, string eventName) =>
        Escaped(at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z", by.Name, by.SourceIpAddress ?? "", eventName);

    private static string[] Escaped(params string[] cells) => [.. cells.Select(Markup.Escape)];

    /// <summary>What went (-) and what came (+), rule by rule.</summary>
    private static string[] Lines(PortRevision change)
    {
        var (before, after) = (Rules(change.Before), Rules(change.After));
        string[] lines = [.. before.Except(after).Select(rule => $"- {rule}"), .. after.Except(before).Select(rule => $"+ {rule}")];
        return [.. change.After is null ? ["gone", .. lines] : change.Before is null ? ["new", .. lines] : lines.Length == 0 ? ["the same rules, attached otherwise"] : lines, .. Why(change.Reason)];
    }

    private static string[] Why(string? reason) => reason is null ? [] : [$"why: {reason}"];

    private static List<string> Rules(RecordedPorts? ports) => ports switch
    {
        null => [],
        { OmittedRules: { } count } => [$"{count} rules"],
        _ => [.. PortText.Lines(PortText.SetOf(ports.PortStates))],
    };
}
