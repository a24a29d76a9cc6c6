using System.CommandLine;
using System.Text;

namespace Portlight.Cli.Usage;

/// <summary>Manual pages (man(7)) from the tree of verbs: what <c>--help</c> tells, for <c>man portlight-open</c>.</summary>
internal static class ManualPage
{
    /// <summary>The first line of each, by which it is known as ours.</summary>
    public const string Mark = ".\\\" Written by `portlight man` from its own verbs.";

    /// <summary>Every page, by the name of its file: <c>portlight.1</c>, <c>portlight-open.1</c>, <c>portlight-audit-show.1</c>.</summary>
    public static IEnumerable<(string File, string Text)> All(Command root) => Pages(root, []);

    private static IEnumerable<(string File, string Text)> Pages(Command command, string[] path)
    {
        yield return ($"{string.Join('-', path.Prepend("portlight"))}.1", Of(command, path));
        foreach (var verb in command.Subcommands.Where(verb => !verb.Hidden))
        {
            foreach (var page in Pages(verb, [.. path, verb.Name]))
            {
                yield return page;
            }
        }
    }

    private static string Of(Command command, string[] path)
    {
        var name = string.Join('-', path.Prepend("portlight"));
        var typed = string.Join(' ', path.Prepend("portlight"));
        var text = new StringBuilder();
        text.Append($"{Mark}\n");
        text.Append($".TH {Escaped(name.ToUpperInvariant())} 1 \"\" \"Portlight\" \"Portlight\"\n.SH NAME\n{Escaped(name)} \\- {Escaped(command.Description ?? "")}\n");
        text.Append($".SH SYNOPSIS\n.B {Escaped(typed)}\n{Escaped(Synopsis(command))}\n");
        Section(text, "VERBS", command.Subcommands.Where(verb => !verb.Hidden).Select(verb => (verb.Name, verb.Description)));
        Section(text, "ARGUMENTS", command.Arguments.Where(argument => !argument.Hidden).Select(argument => (argument.Name.ToUpperInvariant(), argument.Description)));
        Section(text, "OPTIONS", command.Options.Where(option => !option.Hidden).Select(option => (Option(option), option.Description)));
        if (VerbExamples.Of(string.Join(' ', path)) is { } guide)
        {
            Section(text, "EXAMPLES", guide.Examples.Select(example => (example.Line, (string?)example.Meaning)));
            Section(text, "EXIT STATUS", guide.ExitCodes.Select(line => (line[..1], (string?)line[1..].Trim())));
        }

        return text.ToString();
    }

    private static string Synopsis(Command command) => string.Join(' ', command.Arguments.Where(argument => !argument.Hidden)
        .Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? argument.Name.ToUpperInvariant() : $"[{argument.Name.ToUpperInvariant()}]")
        .Concat(command.Subcommands.Count > 0 ? ["VERB"] : (string[])[])
        .Append("[OPTIONS]"));

    private static string Option(Option option) =>
        string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).Append(option.Name)) + (option.HelpName is { } value ? $" {value}" : "");

    private static void Section(StringBuilder text, string title, IEnumerable<(string Term, string? Meaning)> entries)
    {
        var all = entries.ToList();
        if (all.Count == 0)
        {
            return;
        }

        text.Append($".SH {title}\n");
        foreach (var (term, meaning) in all)
        {
            text.Append($".TP\n.B {Escaped(term)}\n{Escaped(meaning ?? "")}\n");
        }
    }

    /// <summary>Pages are ASCII, which every formatter reads. A backslash begins an escape, a hyphen may be broken or become another sign, and a line that begins with a dot or an apostrophe is a request.</summary>
    private static string Escaped(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal).Replace("…", "...", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? $"\\&{escaped}" : escaped;
    }
}
