using Portlight.Domain;

namespace Portlight.Agent.Devices;

/// <summary>What an attached interface has come to on this machine.</summary>
/// <param name="Attachment">What is attached.</param>
/// <param name="Device">The device whose packets the ports are for (ifindex); null while there is none, and then nothing is open by the attached name.</param>
/// <param name="Unfiltered">Why not all packets to the instance are filtered by its ports, and how to repair it; null when they are.</param>
/// <param name="Note">What should be known though they are; null for nothing.</param>
internal sealed record BoundDevice(Attachment.Interface Attachment, uint? Device, string? Unfiltered, string? Note)
{
    /// <summary>The same attachment, whatever its ports and addresses.</summary>
    internal bool IsOf(Attachment.Interface other) => Attachment.Name == other.Name && Attachment.Device == other.Device;
}
