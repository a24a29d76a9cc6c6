using System.CommandLine;
using System.Globalization;
using Portlight.Cli.History;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight history</c>: the changes of an instance's ports, newest first, from the audit log.</summary>
internal static class HistoryVerb
{
    private const int Most = 10_000;

    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance; one that is gone, too");
        var limit = new Option<int>("--limit") { HelpName = "COUNT", Description = "How many changes, 20 if not given", DefaultValueFactory = _ => 20 };
        limit.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() is < 1 or > Most)
            {
                result.AddError($"--limit must be 1 to {Most}");
            }
        });
        var where = new InstallationOptions();
        var command = new Command("history", "Show the changes of an instance's ports") { name, limit };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = await where.OpenAsync(parsed, cancellation);
            var changes = new List<PortRevision>();
            await foreach (var change in PortRevision.EachAsync(installation, parsed.GetRequiredValue(name), cancellation))
            {
                changes.Add(change);
                if (changes.Count == parsed.GetValue(limit))
                {
                    break;
                }
            }

            Write(parsed.InvocationConfiguration.Output, parsed.GetRequiredValue(name), changes);
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
            table.AddRow(
                Markup.Escape(change.At.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z"),
                Markup.Escape(change.By),
                Markup.Escape(change.From),
                Markup.Escape(change.EventName),
                Markup.Escape(string.Join('\n', Lines(change))),
                Markup.Escape(change.EventId));
        }

        Screen.Write(output, table);
    }

    /// <summary>What went (-) and what came (+).</summary>
    private static string[] Lines(PortRevision change)
    {
        var (before, after) = (change.Before ?? [], change.After ?? []);
        string[] lines = [.. before.Except(after).Select(rule => $"- {rule}"), .. after.Except(before).Select(rule => $"+ {rule}")];
        return change.After is null ? ["gone", .. lines] : change.Before is null ? ["new", .. lines] : lines.Length == 0 ? ["the same rules, attached otherwise"] : lines;
    }
}
