using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Takes an attached machine from behind its firewall and forgets it: afterwards Portlight filters none of its packets.</summary>
public sealed record DetachInstanceRequest
{
    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="DetachInstanceRequest"/>.</summary>
public sealed record DetachInstanceResponse
{
    public required Attachment Attachment { get; init; }

    public IReadOnlyList<InstancePortState> PortStatesBefore { get; init; } = [];

    public required Operation Operation { get; init; }
}
