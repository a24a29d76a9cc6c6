using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight help [VERB…]</c> and <c>portlight version</c>: what <c>--help</c> and <c>--version</c> do, for those who look for a verb.</summary>
internal static class HelpVerb
{
    /// <param name="run">Runs a command line as if it was typed: its words, output, error.</param>
    public static Command Create(Func<string[], TextWriter, TextWriter, Task<int>> run)
    {
        var verb = new Argument<string[]>("verb") { Description = "The verb", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("help", "Show help for a verb") { verb };
        command.SetAction(parsed => run([.. parsed.GetValue(verb) ?? [], "--help"], parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    /// <inheritdoc cref="Create"/>
    public static Command CreateVersion(Func<string[], TextWriter, TextWriter, Task<int>> run)
    {
        var command = new Command("version", "Show the version");
        command.SetAction(parsed => run(["--version"], parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }
}
