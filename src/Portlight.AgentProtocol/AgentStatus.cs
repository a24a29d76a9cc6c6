namespace Portlight.AgentProtocol;

/// <summary>What an agent says of itself.</summary>
/// <param name="Enforces">True when packets are filtered; false when ports are only recorded.</param>
/// <param name="Connections"><c>cut</c> or <c>drain</c>.</param>
/// <param name="DriftRepairs">How often a foreign change was found and repaired since the start.</param>
/// <param name="LastSynchronised">When the kernel was last compared in full.</param>
/// <param name="LastProblem">What the kernel refused last, since everything was compared; null when nothing was.</param>
public sealed record AgentStatus(bool Enforces, string Connections, long DriftRepairs, DateTimeOffset? LastSynchronised, string? LastProblem)
{
    /// <summary>Why ports are only recorded though enforcing was wished for; null when they are enforced, or recording was asked for.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// What keeps others from changing the rules: <c>owned</c>, the kernel refuses it; <c>watched</c>, it is noticed and repaired. Null when nothing is enforced.
    /// </summary>
    public string? Protection { get; init; }

    /// <summary>When a foreign change was last found and repaired, by its own clock; null when none was.</summary>
    public DateTimeOffset? LastDrift { get; init; }

    /// <summary>The version of its program; null where that is the server's own.</summary>
    public string? Version { get; init; }

    /// <summary>By how much its clock is before the server's, when that was last compared; null where it was not.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>Whether it makes lab instances.</summary>
    public bool MakesLab { get; init; } = true;

    /// <summary>Whether it closes by itself what has expired, when no server tells it to.</summary>
    public bool ClosesExpired { get; init; } = true;

    /// <summary>Why guests on bridges cannot be filtered one by one there, and what to do; null when they can, and when it is not known.</summary>
    public string? BridgeProblem { get; init; }

    /// <summary>Which start of its program it is, a number of chance; null where it does not say. Two that come in turns are two machines with one key.</summary>
    public string? Run { get; init; }

    /// <summary>The address that it came from; null for that of the server's own machine.</summary>
    public string? Address { get; init; }

    /// <summary>The release of the kernel that the agent works with, as <c>uname -r</c> tells it.</summary>
    public string? KernelRelease { get; init; }
}
