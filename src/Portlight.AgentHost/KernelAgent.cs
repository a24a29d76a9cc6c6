using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>The agent on this machine's kernel.</summary>
internal static class KernelAgent
{
    /// <exception cref="AgentException">This machine cannot filter packets, or another process or installation does.</exception>
    internal static EmbeddedAgent Open(InstallationId installation, Restoration? holds, string directory, bool countsPackets, ILoggerFactory loggers) => !KernelRules.AreOf(installation) && HostCheck.Run() is { CanEnforce: false } check
        ? throw new AgentException($"this machine cannot filter packets: {string.Join("; ", check.Problems)}")
        : EmbeddedAgent.Open(
            new AgentOptions
            {
                Installation = installation,
                Holds = holds,
                DataDirectory = directory,
                CountsPackets = countsPackets,
                AppliedFile = Path.Combine(directory, Restoration.FileName),
                TrafficFile = Path.Combine(directory, AgentOptions.TrafficFileName),
            },
            TimeProvider.System,
            loggers.CreateLogger<EmbeddedAgent>());
}
