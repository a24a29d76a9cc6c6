using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Portlight.Cli.Usage;

/// <summary>What is wrong with a command line, in words that lead somewhere: what was meant, what there is, and where to read on.</summary>
internal static class UsageProblems
{
    /// <summary>One line for each problem and a last one that names the help to read; none when the line can be run.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var problems = new List<string>();
        var unknown = UnknownOptions(parsed).ToList();
        problems.AddRange(OptionsWithoutValue(parsed).Select(option => $"`{option.Name}` is given without {option.HelpName ?? "its value"}"));
        problems.AddRange(unknown.Select(word => $"there is no option `{word}` in `{Path(parsed)}`{Suggestion.For(word, OptionNames(parsed))}"));
        if (command.Subcommands.Count > 0 && command.Action is null)
        {
            if (unknown.Count == 0 && (parsed.Errors.Count > 0 || parsed.UnmatchedTokens.Count > 0))
            {
                problems.Add(VerbProblem(parsed, command));
            }
        }
        else
        {
            // What stands behind an unknown option is one word too many only because of it.
            problems.AddRange(parsed.Errors.Where(error => unknown.Count == 0 || error.SymbolResult is not CommandResult).Select(error => Words(error, parsed)));
        }

        return problems.Count == 0 ? [] : [.. problems.Distinct(), Help(parsed)];
    }

    /// <summary>A line that asks for the help of a verb that there is not: the help of all the others would pass for its.</summary>
    public static IReadOnlyList<string> OfHelp(ParseResult parsed) => parsed is { CommandResult.Command: { Subcommands.Count: > 0 } command, UnmatchedTokens.Count: > 0 }
        ? [VerbProblem(parsed, command), Help(parsed)]
        : [];

    /// <summary>The command as it is typed, <c>portlight audit show</c>.</summary>
    public static string Path(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            names.Add(command.Command is RootCommand ? "portlight" : command.Command.Name);
        }

        names.Reverse();
        return string.Join(' ', names);
    }

    /// <summary>
    /// Words that begin like an option and are none. The parser takes them for a name or a value where one may stand; behind <c>--</c> everything is one, and where a
    /// command hands its words on to another program.
    /// </summary>
    private static IEnumerable<string> UnknownOptions(ParseResult parsed) => !parsed.CommandResult.Command.TreatUnmatchedTokensAsErrors
        ? []
        : parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token is { Type: TokenType.Argument, Value: ['-', _, ..] })
            .Select(token => token.Value.Split('=')[0])
            .Distinct();

    private static string Help(ParseResult parsed) => $"`{Path(parsed)} --help` lists what there is";

    /// <summary>Options that need a value and stand in the line more often than values do: the parser asks only for one in all.</summary>
    private static IEnumerable<Option> OptionsWithoutValue(ParseResult parsed) =>
        from option in parsed.CommandResult.Command.Options
        where option.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(option) is { Implicit: false } given && given.Tokens.Count > 0 && given.IdentifierTokenCount > given.Tokens.Count
        select option;

    private static string VerbProblem(ParseResult parsed, Command command)
    {
        var verbs = command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name).ToList();
        return parsed.UnmatchedTokens is [var word, ..]
            ? $"there is no `{Path(parsed)} {word}`{Suggestion.For(word, verbs)}"
            : $"`{Path(parsed)}` needs one of: {string.Join(", ", verbs)}";
    }

    private static string Words(ParseError error, ParseResult parsed) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Argument: var missing } => $"`{Path(parsed)}` needs {missing.Name.ToUpperInvariant()}, before any option: {missing.Description}",
        ArgumentResult { Tokens: [.., var word], Argument: { } argument } => Words(word.Value, argument, argument.ValueType),
        OptionResult { Tokens: [.., var word], Option: { } option } when option.ValueType == typeof(int) && int.TryParse(word.Value, CultureInfo.InvariantCulture, out _) => error.Message,
        OptionResult { Tokens: [.., var word], Option: { } option } => Words(word.Value, option, option.ValueType),
        _ when MissingOptions(parsed).ToList() is [var needed, ..] => $"`{Path(parsed)}` needs {needed.Name} {needed.HelpName}: {needed.Description}",
        CommandResult when parsed.UnmatchedTokens is [var word, ..] => $"`{word}` is one word more than `{Path(parsed)}` takes",
        _ => error.Message,
    };

    private static string Words(string word, Symbol symbol, Type type) => symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label).ToList() is { Count: > 0 } choices
        ? $"`{word}` is none of {string.Join(", ", choices)}{Suggestion.For(word, choices)}"
        : $"`{word}` is not a {(type == typeof(int) || type == typeof(int?) ? "whole number" : "value")} for `{symbol.Name}`";

    private static IEnumerable<Option> MissingOptions(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.Where(option => option.Required && parsed.GetResult(option) is not { Tokens.Count: > 0 });

    private static IEnumerable<string> OptionNames(ParseResult parsed)
    {
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            foreach (var option in command.Command.Options.Where(option => !option.Hidden && (option.Recursive || result == parsed.CommandResult)))
            {
                yield return option.Name;
            }
        }
    }
}
