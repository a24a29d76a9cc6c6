namespace Portlight.Wire.PortlightApi;

/// <summary>Established TCP connections to one port of the machine that an attach would cut.</summary>
public sealed record CutConnections
{
    public required int Port { get; init; }

    public string? Process { get; init; }

    public int? ProcessId { get; init; }

    public required int Count { get; init; }

    /// <summary>Addresses of peers, each once, the first few.</summary>
    public required IReadOnlyList<string> Peers { get; init; }
}
