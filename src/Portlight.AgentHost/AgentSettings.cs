using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>What an agent's process is told at its start.</summary>
internal sealed record AgentSettings
{
    /// <summary>The data directory, where this machine has joined.</summary>
    public required string Directory { get; init; }

    /// <summary>Whether lab instances may be made here.</summary>
    public bool AllowsLab { get; init; }

    /// <summary>Of this build.</summary>
    public required string Release { get; init; }

    /// <summary>
    /// Which start of this program it is: two that have one key are told apart by it. Made when a server is spoken to: random bytes take the library that TLS takes, which is not to be loaded before the rules are
    /// in force (docs/decisions/0103-rules-before-tls.md).
    /// </summary>
    public string Run => field ??= Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>Opens what filters, for an installation; disposed of at the end. The kernel is as it was, and what was loaded into it, if anything was, is kept true until a server says what is right.</summary>
    public required Func<InstallationId, Restoration?, IAgent> OpenAgent { get; init; }

    /// <summary>Called with what the process is doing, in words for the operator: for the first time when the kernel holds what is kept.</summary>
    public required Action<string> Tell { get; init; }

    /// <summary>A connection on which nothing came for that long is asked whether its other end is there.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest wait before the next attempt to connect.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(30);

    public required ILoggerFactory Loggers { get; init; }
}
