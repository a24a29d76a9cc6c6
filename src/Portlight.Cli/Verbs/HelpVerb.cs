using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight help [VERB…]</c> and <c>portlight version</c>: what <c>--help</c> and <c>--version</c> do, for those who look for a verb.</summary>
internal static class HelpVerb
{
    public static Command Create()
    {
        var verb = new Argument<string[]>("verb") { Description = "The verb to tell about", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("help", "Tell about a verb") { verb };
        command.SetAction(parsed => PortlightCommand.RunAsync([.. parsed.GetValue(verb) ?? [], "--help"], parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    public static Command CreateVersion()
    {
        var command = new Command("version", "Tell which version this is");
        command.SetAction(parsed => PortlightCommand.RunAsync(["--version"], parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }
}
