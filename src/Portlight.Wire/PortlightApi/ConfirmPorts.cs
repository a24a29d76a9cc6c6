using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>
/// Confirms the change that an instance's ports wait to have confirmed. The call must come by a connection that was made after the change: it is the proof that
/// a new one still gets in. With <c>revert</c> the change is undone at once, by whichever connection.
/// </summary>
public sealed record ConfirmPortsRequest
{
    public string? InstanceName { get; init; }

    public bool? Revert { get; init; }
}

/// <summary>The answer to <see cref="ConfirmPortsRequest"/>.</summary>
public sealed record ConfirmPortsResponse
{
    public required bool IsReverted { get; init; }

    /// <summary>Whether undoing has detached the instance, because the change had attached it.</summary>
    public required bool IsDetached { get; init; }

    public IReadOnlyList<InstancePortState> PortStates { get; init; } = [];

    public required Operation Operation { get; init; }
}
