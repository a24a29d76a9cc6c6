using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Devices;

/// <summary>What an attached interface has come to on this machine.</summary>
/// <param name="Attachment">What is attached.</param>
/// <param name="Device">The device whose packets the ports are for (ifindex); null while there is none, and then nothing is open by the attached name.</param>
/// <param name="Unfiltered">Why not all packets to the instance are filtered by its ports, and how to repair it; null when they are.</param>
/// <param name="Note">What should be known though they are; null for nothing.</param>
internal sealed record BoundDevice(Attachment.Interface Attachment, uint? Device, string? Unfiltered, string? Note)
{
    /// <summary>The name that closes; null for none. See <see cref="FilteredAttachment.ClosedName"/>.</summary>
    internal string? Name { get; init; } = Attachment.Selector is null ? Attachment.Name : null;

    /// <summary>Devices that a selector finds beside <see cref="Device"/>, or instead of it because there are several.</summary>
    internal ImmutableArray<uint> Closed { get; init; } = [];

    /// <summary>It is a port of a bridge, or may become one: there is none yet.</summary>
    internal bool IsBridged { get; init; }

    /// <summary>Not on this machine, and called so when it was last seen.</summary>
    internal static BoundDevice Absent(Attachment.Interface attachment, string? name) => new(attachment, null, null, null) { Name = name };

    /// <summary>The same attachment, whatever its ports and addresses.</summary>
    internal bool IsOf(Attachment.Interface other) => Attachment.Name == other.Name && Attachment.Device == other.Device && Attachment.Selector == other.Selector;

    internal FilteredAttachment Bind(FilteredAttachment attachment) => attachment with { Device = Device, ClosedName = Name, ClosedDevices = Closed, IsBridged = IsBridged };

    public bool Equals(BoundDevice? other) =>
        other is not null && IsOf(other.Attachment) && (Device, Unfiltered, Note, Name, IsBridged) == (other.Device, other.Unfiltered, other.Note, other.Name, other.IsBridged) && Closed.AsSpan().SequenceEqual(other.Closed.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Attachment.Name, Attachment.Selector, Device);
}
