using System.Net;

namespace Portlight.Domain;

/// <summary>A public IPv4 address that is kept until it is released, attached to an instance or free. Static IPs have no zone and no tags.</summary>
public sealed record StaticIp
{
    public required Scope Scope { get; init; }

    public required string Name { get; init; }

    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary>Name of the instance that has it; null when it is free.</summary>
    public string? AttachedTo { get; init; }

    public string Arn => Scope.Arn(ResourceType.StaticIp, Id);
}
