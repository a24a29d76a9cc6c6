using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Portlight.Cli.Usage;

/// <summary>The library's help, with examples and exit codes behind it.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var path = UsageProblems.Path(parseResult)["portlight".Length..].TrimStart();
        if (VerbExamples.Of(path) is not { } guide)
        {
            return ExitCode.Done;
        }

        output.WriteLine("Examples:");
        foreach (var (line, meaning) in guide.Examples)
        {
            output.WriteLine($"  {line}");
            output.WriteLine($"      {meaning}");
        }

        output.WriteLine();
        output.WriteLine("Exit codes:");
        foreach (var line in guide.ExitCodes)
        {
            output.WriteLine($"  {line}");
        }

        return ExitCode.Done;
    }
}
