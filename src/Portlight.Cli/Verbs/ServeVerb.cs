using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.Api;
using Portlight.Cli.Logs;
using Portlight.Cli.Settings;
using Portlight.Server;
using Portlight.Storage;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight serve</c>: the server and the agent in one process, until SIGTERM or SIGINT. The kernel's rules stay when it ends.</summary>
internal static class ServeVerb
{
    /// <summary>Where a server has to begin anew again sooner, the process ends, and what supervises it waits.</summary>
    private static readonly TimeSpan BeginsAnewAfter = TimeSpan.FromSeconds(10);

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
        var run = new ServerRun(reading, machine, loggers, logging => Configure(logging, lines, options), isWatched: !LogsAreJson(options.Log), output, error);
        long? before = null;
        while (true)
        {
            try
            {
                return await run.RunAsync(options, stop);
            }
            catch (StoreException lost) when (lost.HasOtherHistory && !stop.IsCancellationRequested && (before is null || TimeProvider.System.GetElapsedTime(before.Value) > BeginsAnewAfter))
            {
                // All of the server is made anew: nothing in memory may rest on what the database does not have.
                before = TimeProvider.System.GetTimestamp();
                await error.WriteLineAsync($"portlight: {lost.Message}; beginning anew");
                options = options with { Listen = run.Listens ?? options.Listen, Agents = run.ListensForAgents ?? options.Agents };
            }
        }

        void Ask(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

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
}
