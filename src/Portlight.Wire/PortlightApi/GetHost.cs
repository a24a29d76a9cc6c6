namespace Portlight.Wire.PortlightApi;

/// <summary>Reads one host.</summary>
public sealed record GetHostRequest
{
    public string? HostName { get; init; }
}

/// <summary>The answer to <see cref="GetHostRequest"/>.</summary>
public sealed record GetHostResponse
{
    public required HostSummary Host { get; init; }

    /// <summary>How many instances are there.</summary>
    public required int InstanceCount { get; init; }
}
