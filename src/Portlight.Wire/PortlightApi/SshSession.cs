namespace Portlight.Wire.PortlightApi;

/// <summary>An SSH session that is open on the machine, and whether it passes before and after an attach: what goes from true to false would be shut out. Its process and its user are null where the server cannot see them.</summary>
public sealed record SshSession
{
    public required string PeerAddress { get; init; }

    public required int PeerPort { get; init; }

    public required int Port { get; init; }

    public string? Process { get; init; }

    public int? ProcessId { get; init; }

    public string? User { get; init; }

    public required bool IsOpenBefore { get; init; }

    public required bool IsOpenAfter { get; init; }

    /// <summary>The rule that keeps it, as <c>portlight attach --open</c> takes it: <c>22/tcp@192.0.2.7</c>.</summary>
    public required string Rule { get; init; }
}
