using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>A thing with public ports: everything that is kept about it. Immutable; a change is a new value that the store saves.</summary>
public sealed record Instance
{
    public required Scope Scope { get; init; }

    public required string Name { get; init; }

    /// <summary>The UUID in its ARN.</summary>
    public required Guid Id { get; init; }

    /// <summary>
    /// Number of the instance on this installation, never used again: names in the kernel are made of it, because the caller's text never gets there.
    /// </summary>
    public required long Index { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary><c>us-east-1a</c>.</summary>
    public required string AvailabilityZone { get; init; }

    public required string BlueprintId { get; init; }

    public required string BundleId { get; init; }

    public required Attachment Attachment { get; init; }

    public required PortSet Ports { get; init; }

    public InstanceState State { get; init; } = InstanceState.Pending;

    public IpAddressType IpAddressType { get; init; } = IpAddressType.Dualstack;

    /// <summary>The public IPv4 address, the static IP's when one is attached; null where the type is IPv6 only or the instance is stopped without a static IP.</summary>
    public IPAddress? PublicIpv4 { get; init; }

    /// <summary>172.26.0.0/16 in the lab.</summary>
    public IPAddress? PrivateIpv4 { get; init; }

    public IPAddress? Ipv6Address { get; init; }

    /// <summary>Name of the attached static IP.</summary>
    public string? StaticIpName { get; init; }

    public required string KeyPairName { get; init; }

    public string UserData { get; init; } = "";

    public ImmutableSortedDictionary<string, string?> Tags { get; init; } = Domain.Tags.None;

    public MetadataOptions MetadataOptions { get; init; } = MetadataOptions.Default;

    /// <summary>What of the ports is closed at a time.</summary>
    public ImmutableArray<ExpiringRule> Expiring { get; init; } = [];

    /// <summary>The change that waits to be confirmed; null when there is none.</summary>
    public UnconfirmedChange? Unconfirmed { get; init; }

    /// <summary>
    /// Revision of the log at which this instance last changed; 0 before it is saved. The store sets it. It is the entity tag that If-Match compares
    /// and what an agent reports as applied.
    /// </summary>
    public long Revision { get; init; }

    public string Arn => Scope.Arn(ResourceType.Instance, Id);

    /// <summary>The same machine at another interface, or as a whole: its public addresses are those that the attachment brings.</summary>
    public Instance AttachedTo(Attachment attachment) => this with
    {
        Attachment = attachment,
        PublicIpv4 = attachment.BroughtAddresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork),
        Ipv6Address = attachment.BroughtAddresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetworkV6),
    };

    /// <summary>Whatever comes in: the open ports, and the networks that its attachment does not filter, as the rule that they amount to.</summary>
    public PortSet LetIn => Attachment.LetIn(Ports);

    /// <summary>All that expires: of the ports, and of what an unconfirmed change goes back to.</summary>
    public IEnumerable<ExpiringRule> AllExpiring => Expiring.Concat(Unconfirmed?.Before?.Expiring ?? []);

    /// <summary>The instance when what has this id (<see cref="ExpiringRule.Id"/>) has expired.</summary>
    public Instance Expired(string id) => this with
    {
        Ports = Ports.Close(Expiring.Where(one => one.Id == id)),
        Expiring = Expiring.RemoveAll(one => one.Id == id),
        Unconfirmed = Unconfirmed is { Before: { } before } ? Unconfirmed with { Before = before.Expired(id) } : Unconfirmed,
    };

    /// <summary>The instance with its unconfirmed change undone; null when that change attached it. What else has changed since stays.</summary>
    public Instance? Undone() => Unconfirmed switch
    {
        null => this,
        { Before: null } => null,
        { Before: { Attachment: Attachment.Interface or Attachment.ThisHost } before } => AttachedTo(before.Attachment) with { Ports = before.Ports, Expiring = before.Expiring, Unconfirmed = null },
        { Before: { } before } => this with { Ports = before.Ports, Expiring = before.Expiring, Unconfirmed = null },
    };
}
