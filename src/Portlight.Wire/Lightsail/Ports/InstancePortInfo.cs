namespace Portlight.Wire.Lightsail;

/// <summary>One port rule as GetInstance shows it under <c>networking.ports</c>; access type and direction are lower case on the wire.</summary>
public sealed record InstancePortInfo
{
    public required int FromPort { get; init; }

    public required int ToPort { get; init; }

    public required string Protocol { get; init; }

    public required string AccessFrom { get; init; }

    public required string AccessType { get; init; }

    public required string CommonName { get; init; }

    public required string AccessDirection { get; init; }

    public IReadOnlyList<string> Cidrs { get; init; } = [];

    public IReadOnlyList<string> Ipv6Cidrs { get; init; } = [];

    public IReadOnlyList<string> CidrListAliases { get; init; } = [];
}
