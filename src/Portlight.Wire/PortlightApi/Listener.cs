namespace Portlight.Wire.PortlightApi;

/// <summary>A socket that listens on the machine, and whether the world can reach it before and after an attach: what goes from true to false is what would close.</summary>
public sealed record Listener
{
    public required string Protocol { get; init; }

    public required string Address { get; init; }

    public required int Port { get; init; }

    public string? Process { get; init; }

    public int? ProcessId { get; init; }

    public required bool IsOpenBefore { get; init; }

    public required bool IsOpenAfter { get; init; }
}
