namespace Portlight.Wire.PortlightApi;

/// <summary>Reads what is desired and what is applied, for one instance or for all that the caller may see.</summary>
public sealed record GetStatusRequest
{
    public string? InstanceName { get; init; }

    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="GetStatusRequest"/>.</summary>
public sealed record GetStatusResponse
{
    public required ServerStatus Server { get; init; }

    public IReadOnlyList<InstanceStatus> Instances { get; init; } = [];

    public IReadOnlyList<AgentStatus> Agents { get; init; } = [];

    public string? NextPageToken { get; init; }
}
