using System.CommandLine;
using Portlight.Cli.Aws;
using Portlight.Cli.Settings;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight env</c>: a line that makes a shell's AWS clients talk to this installation, for <c>eval "$(portlight env)" &amp;&amp; …</c>. When it fails, that
/// line is <c>false</c>.
/// </summary>
internal static class EnvVerb
{
    /// <summary>A first build takes about a minute.</summary>
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(3);

    public static Command Create()
    {
        var wait = new Option<string?>("--wait")
        {
            HelpName = "DURATION",
            Arity = ArgumentArity.ZeroOrOne,
            Description = $"Wait until the server is ready, for at most this time (default: {DefaultWait.TotalMinutes:0}m)",
        };
        var format = new Option<string>("--format") { Description = "The output format", DefaultValueFactory = _ => ShellFormat.Posix };
        format.AcceptOnlyFromAmong(ShellFormat.Posix, ShellFormat.Fish, ShellFormat.Json);
        var data = DataOption.Create();
        var command = new Command("env", "Print an export line that points AWS clients at this installation") { wait, format, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var reader = parsed.GetValue(format)!;
            try
            {
                TimeSpan? most = parsed.GetResult(wait) is null ? null : WaitOf(parsed.GetValue(wait));
                var directory = DataDirectory.Resolve(parsed.GetValue(data));
                if (most is { } time)
                {
                    await ServerWait.UntilReadyAsync(() => Installation.Open(directory), time, TimeProvider.System, cancellation);
                }

                using var installation = Installation.Open(directory);
                await output.WriteLineAsync(ShellFormat.Write(reader, AwsVariables.Of(installation)));
                return ExitCode.Done;
            }
            catch when (ShellFormat.Failure(reader) is { } failure)
            {
                await output.WriteLineAsync(failure);
                throw;
            }
        });
        return command;
    }

    private static TimeSpan WaitOf(string? text) =>
        text is null ? DefaultWait : SettingText.TryDuration(text, TimeSpan.FromHours(1), out var most, out var problem) ? most : throw new UsageException($"--wait: {problem}");
}
