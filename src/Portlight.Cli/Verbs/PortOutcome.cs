using System.CommandLine;
using Portlight.Cli.Ports;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Verbs;

/// <summary>Several rules, a call each, in order: what is done is said at once, so that a refusal half way leaves nobody guessing.</summary>
internal static class PortOutcome
{
    public static async Task<int> EachAsync(IReadOnlyList<PortInfo> rules, Func<PortInfo, Task<Operation>> call, Func<PortInfo, string, string> done, InvocationConfiguration console)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var text = Text(rules[i]);
            var operation = await CallAsync(rules, i, call);
            await OperationOutcome.WriteAsync(console, operation, done(rules[i], text));
            if (OperationOutcome.ExitCode(operation) != ExitCode.Done)
            {
                return Left(rules, i + 1) is { } left ? throw new FailedException($"not tried after that: {left}") : ExitCode.Failed;
            }
        }

        return ExitCode.Done;
    }

    private static async Task<Operation> CallAsync(IReadOnlyList<PortInfo> rules, int i, Func<PortInfo, Task<Operation>> call)
    {
        try
        {
            return await call(rules[i]);
        }
        catch (AwsErrorException refused) when (rules.Count > 1)
        {
            var left = Left(rules, i + 1) is { } others ? $"\nnot tried after that: {others}" : "";
            throw new FailedException($"{Text(rules[i])}: {refused.Type}: {refused.Message}{left}");
        }
    }

    private static string? Left(IReadOnlyList<PortInfo> rules, int from) => from < rules.Count ? string.Join("; ", rules.Skip(from).Select(Text)) : null;

    private static string Text(PortInfo rule) => PortText.Of(PortText.SetOf([rule]));
}
