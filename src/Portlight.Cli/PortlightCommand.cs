using System.CommandLine;
using Portlight.AgentProtocol;
using Portlight.Cli.Verbs;
using Portlight.Storage;
using Portlight.Wire.Client;

namespace Portlight.Cli;

/// <summary>The <c>portlight</c> command: its verbs, and the one place where what went wrong becomes text and an exit code.</summary>
internal static class PortlightCommand
{
    public static RootCommand Create() => new("The Lightsail instance firewall, for real, on machines you own.")
    {
        ServeVerb.Create(),
        EnvVerb.Create(),
        DemoVerb.Create(),
        AttachVerb.Create(),
        DetachVerb.Create(),
        ConfirmVerb.Create(),
        StatusVerb.Create(),
        DoctorVerb.Create(),
        TeardownVerb.Create(),
        RestoreVerb.Create(),
        InstallServiceVerb.Create(),
        AccountVerb.Create(),
        RegionVerb.Create(),
        AuditVerb.Create(),
        CredentialsVerb.Create(),
    };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
            {
                await error.WriteLineAsync($"portlight: {problem.Message}");
            }

            await error.WriteLineAsync($"portlight: `portlight {string.Join(' ', Path(parsed))}--help` tells what there is");
            return ExitCode.Usage;
        }

        // No timeout: serve ends by itself when it is asked to, and takes the time that requests under way need.
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (UsageException exception)
        {
            await WriteAsync(error, exception.Message);
            return ExitCode.Usage;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            await WriteAsync(error, Describe(exception));
            return ExitCode.Failed;
        }
    }

    private static IEnumerable<string> Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? [] : [parsed.CommandResult.Command.Name, ""];

    /// <summary>What a machine, a network or a server can do to a command. Anything else is a fault of this program and keeps its stack trace.</summary>
    private static bool IsExpected(Exception exception) =>
        exception is FailedException or AwsErrorException or HttpRequestException or IOException or UnauthorizedAccessException or AgentException or StoreException
            or OperationCanceledException;

    private static string Describe(Exception exception) => exception switch
    {
        AwsErrorException refused => $"{refused.Type}: {refused.Message}",
        HttpRequestException unreachable => $"the server cannot be reached: {unreachable.Message}; does `portlight serve` run?",
        OperationCanceledException => "interrupted",
        _ => exception.Message,
    };

    private static async Task WriteAsync(TextWriter error, string message)
    {
        foreach (var line in message.Split('\n'))
        {
            await error.WriteLineAsync($"portlight: {line}");
        }
    }
}
