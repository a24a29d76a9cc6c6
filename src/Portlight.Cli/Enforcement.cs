using System.Net;
using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Server;

namespace Portlight.Cli;

/// <summary>Whether packets are judged here, and the agent that does it.</summary>
internal static class Enforcement
{
    /// <summary>Settles <see cref="EnforceMode.Auto"/>. The reason is told when packets will not be judged though nobody asked for that.</summary>
    /// <exception cref="FailedException">The kernel was asked for and cannot enforce.</exception>
    public static (EnforceMode Mode, string? Reason) Choose(EnforceMode asked)
    {
        if (asked == EnforceMode.Record)
        {
            return (EnforceMode.Record, null);
        }

        var check = HostCheck.Run();
        if (check.CanEnforce)
        {
            return (EnforceMode.Kernel, null);
        }

        var missing = string.Join("; ", check.Problems);
        return asked == EnforceMode.Kernel
            ? throw new FailedException($"--enforce kernel is not possible here: {missing}")
            : (EnforceMode.Record, $"ports are recorded and no packet is judged, because: {missing}");
    }

    public static OpenedAgent Open(EnforceMode mode, ServeOptions options, ILoggerFactory loggers)
    {
        if (mode == EnforceMode.Record)
        {
            return new OpenedAgent(new RecordingAgent(TimeProvider.System), null);
        }

        var agent = EmbeddedAgent.Open(
            new AgentOptions
            {
                Connections = options.DrainConnections ? ConnectionPolicy.Drain : ConnectionPolicy.Cut,
                ListenAddresses = [.. options.ControlPlanePorts.SelectMany(KeptOpen)],
                AppliedFile = Path.Combine(options.DataDirectory, Restoration.FileName),
            },
            TimeProvider.System,
            loggers.CreateLogger<EmbeddedAgent>());
        return new OpenedAgent(agent, agent);
    }

    private static ListenAddress[] KeptOpen((IPAddress? Address, int Port) listener)
    {
        var port = (ushort)listener.Port;
        return listener.Address is { } address ? [new(Cidr.Of(address), port)] : [new(Cidr.AnyIpv4, port), new(Cidr.AnyIpv6, port)];
    }
}

/// <summary>An agent and what is to be let go with it.</summary>
internal sealed record OpenedAgent(IAgent Agent, IDisposable? Resources) : IDisposable
{
    public void Dispose() => Resources?.Dispose();
}
