using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>A host's agent: what it runs on, when it was last heard of, and how often it found its rules changed by others and put them back.</summary>
public sealed record AgentStatus
{
    public required string Host { get; init; }

    /// <summary>The name by which operations know the host; that of the server's own machine is <c>local</c>.</summary>
    public string? HostName { get; init; }

    public required string Version { get; init; }

    public string? KernelVersion { get; init; }

    /// <summary>Why guests on bridges cannot be filtered one by one there, and what to do; absent when they can, and when it is not known.</summary>
    public string? BridgeProblem { get; init; }

    /// <summary>The host's state as <c>HostSummary</c> has it: no agent is awaited of one that has not joined or is revoked. Absent for the server's own machine.</summary>
    public string? HostState { get; init; }

    /// <summary>Where agents reach the server that the agent is connected to, <c>https://ADDRESS:PORT</c>; absent where that is the one that answers, or none.</summary>
    public string? OtherServer { get; init; }

    /// <summary>Why the host is not one machine's alone, and what to do: several agents run with its key and take it from each other. Absent otherwise.</summary>
    public string? KeyProblem { get; init; }

    /// <summary>Whether the agent did what it was last asked to; see <see cref="FailingSince"/>.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>When the agent last answered.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>When the kernel was last compared with all that is stored.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? LastSynchronisedAt { get; init; }

    /// <summary>Since when every attempt has failed to make true what is stored; absent when the last one succeeded.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? FailingSince { get; init; }

    public long? AppliedRevision { get; init; }

    /// <summary>The newest revision that is stored of an instance of the host; greater than the applied one where something waits.</summary>
    public long? WantedRevision { get; init; }

    /// <summary>Since when no agent of the host is connected: what is in force there is what was then. Absent while one is.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? AwaySince { get; init; }

    /// <summary>By how much the clock of the host is before ours; negative where it is behind. Absent where nobody has compared them.</summary>
    public long? ClockOffsetMilliseconds { get; init; }

    public required long DriftRepairs { get; init; }

    /// <summary>When the agent last found such a change, by the clock of the host.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? LastDriftAt { get; init; }

    public string? LastError { get; init; }

    /// <summary>What keeps others from changing the rules: <c>owned</c> (the kernel refuses it), <c>watched</c> (it is repaired); absent where nothing is enforced.</summary>
    public string? Protection { get; init; }
}
