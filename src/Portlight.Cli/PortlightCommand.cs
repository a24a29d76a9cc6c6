using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Portlight.Cli.Aws;
using Portlight.Cli.Usage;
using Portlight.Cli.Verbs;
using Portlight.Wire.Client;

namespace Portlight.Cli;

/// <summary>The <c>portlight</c> command: its verbs, and the one place where what went wrong becomes text and an exit code.</summary>
internal static class PortlightCommand
{
    public static RootCommand Create()
    {
        var root = Verbs();
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        var version = root.Options.OfType<VersionOption>().Single();
        version.Aliases.Add("-V");
        version.Action = new VersionLine();
        return root;
    }

    private static RootCommand Verbs() => new("The Lightsail instance firewall, for real, on machines you own.")
    {
        ServeVerb.Create(),
        ConsoleVerb.Create(),
        EnvVerb.Create(),
        AwsVerb.Create(),
        DemoVerb.Create(),
        OpenVerb.Create(),
        CloseVerb.Create(),
        PortsVerb.Create(),
        ExplainVerb.Create(),
        ExposureVerb.Create(),
        ConnectionsVerb.Create(),
        RefusalsVerb.Create(),
        CountersVerb.Create(),
        WatchVerb.Create(),
        HistoryVerb.Create(),
        UndoVerb.Create(),
        AttachVerb.Create(),
        DiscoverVerb.Create(),
        DetachVerb.Create(),
        ConfirmVerb.Create(),
        StatusVerb.Create(),
        DoctorVerb.Create(),
        CheckVerb.Create(),
        LogsVerb.Create(),
        TeardownVerb.Create(),
        BackupVerb.Create(),
        RestoreVerb.Create(),
        RestoreVerb.CreateRules(),
        MigrateVerb.Create(),
        InstallServiceVerb.Create(),
        AccountVerb.Create(),
        NamesVerb.Create(),
        RegionVerb.Create(),
        HostVerb.Create(),
        AgentVerb.Create(),
        AuditVerb.Create(),
        CredentialsVerb.Create(),
        CompletionVerb.Create(),
        ManVerb.Create(),
        HelpVerb.Create(RunAsync),
        HelpVerb.CreateVersion(RunAsync),
    };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        // A user who types the name alone wants to know what there is.
        var parsed = Create().Parse(args.Length == 0 ? ["--help"] : AwsCommandLine.Separate(args));
        if (ProblemsOf(parsed) is { Count: > 0 } problems)
        {
            foreach (var problem in problems)
            {
                await error.WriteLineAsync($"portlight: {problem}");
            }

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
        catch (Exception exception) when (ExpectedFault.Is(exception))
        {
            await WriteAsync(error, Describe(exception));
            return ExitCode.Failed;
        }
    }

    private static IReadOnlyList<string> ProblemsOf(ParseResult parsed) => parsed switch
    {
        // A shell that asks how a line may go on ([suggest]) gives one that is not finished.
        { Tokens: [{ Type: TokenType.Directive }, ..] } => [],
        { Action: HelpWithExamples } => UsageProblems.OfHelp(parsed),
        _ => UsageProblems.Of(parsed),
    };

    private static string Describe(Exception exception) => exception switch
    {
        AwsErrorException { Type: "InvalidSignatureException" } refused when refused.Message.Contains("This installation has opened", StringComparison.Ordinal) =>
            $"{refused.Type}: {refused.Message} `portlight region open` opens another one.",
        AwsErrorException refused => $"{refused.Type}: {refused.Message}",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } untrusted =>
            $"the server's certificate is not trusted: {Innermost(untrusted)}; name the file of its authority in SSL_CERT_FILE (docs/tls.md)",
        HttpRequestException unreachable => $"the server cannot be reached: {unreachable.Message}; does `portlight serve` run?",
        OperationCanceledException => "interrupted",
        _ => exception.Message,
    };

    private static string Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception.Message;

    private static async Task WriteAsync(TextWriter error, string message)
    {
        foreach (var line in message.Split('\n'))
        {
            await error.WriteLineAsync($"portlight: {line}");
        }
    }
}
