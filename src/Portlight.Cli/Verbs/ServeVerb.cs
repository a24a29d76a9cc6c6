using System.Collections;
using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Portlight.Cli.Logs;
using Portlight.Cli.Service;
using Portlight.Cli.Settings;
using Portlight.Server;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight serve</c>: the server and the agent in one process, until SIGTERM or SIGINT. The kernel's rules stay when it ends.</summary>
internal static class ServeVerb
{
    public static Command Create()
    {
        var options = ServeSettings.All.ToDictionary(setting => setting, Option);
        var file = new Option<string?>("--settings") { HelpName = "FILE", Description = $"Settings in TOML or JSON (also {SettingsReader.FileVariable})" };
        // For one start, so it is no setting: one that stays would take over without a word at every start.
        var takeOver = new Option<bool>("--take-over") { Description = "Replace what another installation has in the kernel; without it, that is refused" };
        var command = new Command("serve", "Run the server, and the agent in the same process") { file, takeOver };
        foreach (var option in options.Values)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            var given = options
                .Where(option => parsed.GetResult(option.Value) is { Implicit: false })
                .ToDictionary(option => option.Key, option => (IReadOnlyList<string>)(parsed.GetValue(option.Value) ?? []));
            var settings = SettingsReader.Read(
                given, parsed.GetValue(file), EnvironmentVariables(), DataDirectory.Default(Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable), out var problems)
                ?? throw new UsageException(string.Join('\n', problems));
            return RunAsync(settings with { TakesOver = parsed.GetValue(takeOver) }, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellation);
        });
        return command;
    }

    private static Option<string[]> Option(Setting setting) => new(setting.Option)
    {
        HelpName = setting.Value,
        Description = $"{setting.Description} (default: {setting.Default})",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static async Task<int> RunAsync(ServeOptions options, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Asked to stop while still starting is asked to stop: whichever comes first, the process ends by the same way.
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);

        await using var lines = new LogLines(Console.OpenStandardError(), LogsAreJson(options.Log), TimeProvider.System);
        using var loggers = LoggerFactory.Create(logging => Configure(logging, lines));
        Enforcement? enforcement = null;
        PortlightServer? server = null;
        try
        {
            server = await PortlightServer.StartAsync(
                options,
                (bound, installation) => (enforcement = Enforcement.Open(bound, installation, loggers)).Agent,
                TimeProvider.System,
                logging => Configure(logging, lines),
                stop.Token);
            var agent = enforcement!.Agent.Status;
            if (agent.Reason is not null)
            {
                await error.WriteLineAsync($"portlight: ports are recorded and no packet is filtered, because: {agent.Reason}");
            }

            if (server.Unenforced is not null)
            {
                await error.WriteLineAsync(
                    $"portlight: NOT FILTERED: the ports of {server.Unenforced} are the kernel's to filter; with --enforce record its rules stay as they are, if it has any, and no change reaches them");
            }

            await output.WriteLineAsync($"portlight ready {Shown(server.Addresses[0])} enforce={(agent.Enforces ? "kernel" : "record")}");
            await output.FlushAsync(CancellationToken.None);
            ServiceNotice.Send(ServiceNotice.Ready);
            await server.WaitForShutdownAsync(stop.Token);
            ServiceNotice.Send(ServiceNotice.Stopping);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped before it was ready: nothing had been promised yet.
        }
        finally
        {
            if (server is not null)
            {
                await server.DisposeAsync();
                await TellLossAsync(server, error);
            }

            enforcement?.Dispose();
        }

        return server is { LostEvents: > 0 } ? ExitCode.Failed : ExitCode.Done;

        void Ask(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static Task TellLossAsync(PortlightServer server, TextWriter error) => server.LostEvents == 0
        ? Task.CompletedTask
        : error.WriteLineAsync($"portlight: {server.LostEvents} events of the audit log are lost: their calls were answered, and then the database could not be written until the end; make room on its disk");

    private static void Configure(ILoggingBuilder logging, LogLines lines) =>
        logging.AddProvider(lines).AddFilter("Microsoft", LogLevel.Warning).SetMinimumLevel(LogLevel.Information);

    private static bool LogsAreJson(LogStyle style) => style == LogStyle.Json || style == LogStyle.Auto && Console.IsErrorRedirected;

    private static string Shown(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static Dictionary<string, string> EnvironmentVariables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
}
