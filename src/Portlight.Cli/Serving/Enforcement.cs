using System.Net;
using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Cli;

/// <summary>The agent of a server in the same process, and whether packets are filtered here.</summary>
internal sealed class Enforcement : IDisposable
{
    private readonly IDisposable? _resources;

    private Enforcement(IAgent agent, IDisposable? resources)
    {
        Agent = agent;
        _resources = resources;
    }

    public IAgent Agent { get; }

    /// <summary>Settles <see cref="EnforceMode.Auto"/> and opens the agent. The kernel is as it was afterwards.</summary>
    /// <param name="options">The settings, with the addresses that are bound.</param>
    /// <param name="installation">Whose agent it is.</param>
    /// <param name="loggers">Where the log goes.</param>
    /// <param name="machine">What this machine can enforce; asked for only where it matters.</param>
    /// <exception cref="FailedException">The kernel was asked for and cannot enforce.</exception>
    /// <exception cref="AgentException">It can, but another process does already, or for another installation.</exception>
    public static Enforcement Open(ServeOptions options, InstallationId installation, ILoggerFactory loggers, Lazy<HostCheck> machine)
    {
        if (options.Enforce == EnforceMode.Record)
        {
            return new Enforcement(new RecordingAgent(TimeProvider.System, reason: null), null);
        }

        var check = machine.Value;
        if (!check.CanEnforce)
        {
            var missing = string.Join("; ", check.Problems);
            return options.Enforce == EnforceMode.Kernel
                ? throw new FailedException($"--enforce kernel is not possible here: {missing}")
                : new Enforcement(new RecordingAgent(TimeProvider.System, missing), null);
        }

        var agent = EmbeddedAgent.Open(
            new AgentOptions
            {
                Installation = installation,
                DataDirectory = options.DataDirectory,
                TakesOver = options.TakesOver,
                CountsPackets = options.CountsPackets,
                Connections = options.DrainConnections ? ConnectionPolicy.Drain : ConnectionPolicy.Cut,
                ListenAddresses = [.. options.ControlPlanePorts.SelectMany(KeptOpen)],
                AppliedFile = Path.Combine(options.DataDirectory, Restoration.FileName),
                TrafficFile = Path.Combine(options.DataDirectory, AgentOptions.TrafficFileName),
            },
            TimeProvider.System,
            loggers.CreateLogger<EmbeddedAgent>());
        return new Enforcement(agent, agent);
    }

    public void Dispose() => _resources?.Dispose();

    private static ListenAddress[] KeptOpen((IPAddress? Address, int Port) listener)
    {
        var port = (ushort)listener.Port;
        return listener.Address is { } address ? [new(Cidr.Of(address), port)] : [new(Cidr.AnyIpv4, port), new(Cidr.AnyIpv6, port)];
    }
}
