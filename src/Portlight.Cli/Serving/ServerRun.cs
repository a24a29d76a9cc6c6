using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.Api;
using Portlight.Cli.Settings;
using Portlight.Linux;
using Portlight.Server;

namespace Portlight.Cli;

/// <summary>One server of <c>serve</c>, from its start to its end.</summary>
internal sealed class ServerRun(SettingsReading reading, Lazy<HostCheck> machine, ILoggerFactory loggers, Action<ILoggingBuilder> logging, bool isWatched, TextWriter output, TextWriter error)
{
    /// <summary>Where it listens, or has; null before.</summary>
    public ImmutableArray<Uri>? Listens { get; private set; }

    public ImmutableArray<Uri>? ListensForAgents { get; private set; }

    /// <summary>Returns the exit code, once it was asked to stop.</summary>
    /// <exception cref="Portlight.Storage.StoreException">It could not start, or had to stop.</exception>
    public async Task<int> RunAsync(ServeOptions options, CancellationTokenSource stop)
    {
        var isFinished = false;
        Enforcement? enforcement = null;
        PortlightServer? server = null;
        var store = new ServedStore();
        ConsoleBeside? console = null;
        options = options.Console is null ? options : options with { ConsoleTicket = ConsoleBeside.NewTicket() };
        try
        {
            server = await PortlightServer.StartAsync(
                // Of a database that servers share, no one server's machine is the installation's own.
                options.Database is null ? options : options with { Enforce = EnforceMode.Record },
                (bound, installation) => (enforcement = Enforcement.Open(bound, installation, loggers, machine)).Agent,
                store.Open,
                TimeProvider.System,
                logging,
                stop.Token);
            (Listens, ListensForAgents) = ([.. server.Addresses], [.. server.AgentAddresses]);
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

            if (options.Console is not null)
            {
                console = await StartConsoleAsync(options with { Region = server.Home.Region }, EndpointFile.Read(options.DataDirectory) ?? server.Addresses[0]);
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
            await (console?.DisposeAsync() ?? ValueTask.CompletedTask);
            if (server is not null)
            {
                await server.DisposeAsync();
                await TellLossAsync(server);
            }

            enforcement?.Dispose();
        }

        if (isFinished && isWatched)
        {
            await error.WriteLineAsync($"portlight: {ServeTalk.RulesStay}");
        }

        return server is { LostEvents: > 0 } ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>What is missing is said, and the server goes on.</summary>
    private async Task<ConsoleBeside?> StartConsoleAsync(ServeOptions options, Uri api)
    {
        if (ConsoleProgram.Find() is { } program)
        {
            return ConsoleBeside.Start(options, api, program, loggers.CreateLogger<ConsoleBeside>());
        }

        await error.WriteLineAsync($"portlight: there is no console: {ConsoleProgram.Missing}");
        return null;
    }

    private Task TellLossAsync(PortlightServer server) => server.LostEvents == 0
        ? Task.CompletedTask
        : error.WriteLineAsync($"portlight: {server.LostEvents} events of the audit log are lost: their calls were answered, and then the database could not be written until the end; make room on its disk");

    private static string Shown(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
