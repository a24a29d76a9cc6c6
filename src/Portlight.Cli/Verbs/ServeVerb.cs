using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.Api;
using Portlight.Cli.Logs;
using Portlight.Cli.Settings;
using Portlight.Linux;
using Portlight.Server;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight serve</c>: the server and the agent in one process, until SIGTERM or SIGINT. The kernel's rules stay when it ends.</summary>
internal static class ServeVerb
{
    public static Command Create()
    {
        var settings = new ServeCommandLine();
        // For one start, so it is no setting: one that stays would take over without a word at every start.
        var takeOver = new Option<bool>("--take-over") { Description = "Replace what another installation has in the kernel; without it, that is refused" };
        var command = new Command("serve", "Run the server, and the agent in the same process") { takeOver };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var reading = settings.Read(parsed);
            return RunAsync(reading, reading.Require() with { TakesOver = parsed.GetValue(takeOver) }, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(SettingsReading reading, ServeOptions options, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Asked to stop while still starting is asked to stop: whichever comes first, the process ends by the same way.
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);

        // The kernel takes a while to say what it can, and the rest of the start goes on meanwhile.
        var machine = new Lazy<HostCheck>(HostCheck.Run);
        if (options.Enforce != EnforceMode.Record)
        {
            _ = Task.Run(() => machine.Value, CancellationToken.None);
        }

        await using var lines = new LogLines(Console.OpenStandardError(), LogsAreJson(options.Log), TimeProvider.System);
        using var loggers = LoggerFactory.Create(logging => Configure(logging, lines, options));
        var isWatched = !LogsAreJson(options.Log);
        var isFinished = false;
        Enforcement? enforcement = null;
        PortlightServer? server = null;
        var store = new ServedStore();
        try
        {
            server = await PortlightServer.StartAsync(
                // Of a database that servers share, no one server's machine is the installation's own.
                options.Database is null ? options : options with { Enforce = EnforceMode.Record },
                (bound, installation) => (enforcement = Enforcement.Open(bound, installation, loggers, machine)).Agent,
                store.Open,
                TimeProvider.System,
                logging => Configure(logging, lines, options),
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

            foreach (var warning in ServeTalk.Warnings(options, reading.Names, server.Home).Append(store.Warning).OfType<string>())
            {
                await error.WriteLineAsync($"portlight: {warning}");
            }

            await output.WriteLineAsync($"portlight ready {Shown(server.Addresses[0])} enforce={(agent.Enforces ? "kernel" : "record")}");
            await output.FlushAsync(CancellationToken.None);
            ServiceNotice.Send(ServiceNotice.Ready);
            if (isWatched)
            {
                foreach (var line in ServeTalk.Welcome(options.DataDirectory, server.Home, agent.Enforces))
                {
                    await error.WriteLineAsync($"portlight: {line}");
                }
            }

            await server.WaitForShutdownAsync(stop.Token);
            ServiceNotice.Send(ServiceNotice.Stopping);
            isFinished = agent.Enforces;
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

        if (isFinished && isWatched)
        {
            await error.WriteLineAsync($"portlight: {ServeTalk.RulesStay}");
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

    private static void Configure(ILoggingBuilder logging, LogLines lines, ServeOptions options)
    {
        var least = options.LogLevel switch
        {
            LeastLevel.Debug => LogLevel.Debug,
            LeastLevel.Warn => LogLevel.Warning,
            LeastLevel.Error => LogLevel.Error,
            _ => LogLevel.Information,
        };
        logging.AddProvider(lines).AddFilter("Microsoft", least > LogLevel.Warning ? least : LogLevel.Warning).SetMinimumLevel(least);
        if (!options.LogsRequests && least < LogLevel.Warning)
        {
            logging.AddFilter(PortlightServer.RequestLogCategory, LogLevel.Warning);
        }
    }

    private static bool LogsAreJson(LogStyle style) => style == LogStyle.Json || style == LogStyle.Auto && Console.IsErrorRedirected;

    private static string Shown(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
