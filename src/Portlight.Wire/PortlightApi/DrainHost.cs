namespace Portlight.Wire.PortlightApi;

/// <summary>Lets no new instance onto a host; what is there stays.</summary>
public sealed record DrainHostRequest
{
    public string? HostName { get; init; }

    /// <summary>True: let new ones onto it again.</summary>
    public bool? Undo { get; init; }
}

/// <summary>The answer to <see cref="DrainHostRequest"/>.</summary>
public sealed record DrainHostResponse
{
    public required HostSummary Host { get; init; }
}
