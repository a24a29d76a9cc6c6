namespace Portlight.Wire.Lightsail;

/// <summary>One port rule as GetInstancePortStates shows it; the real service's state is always <c>open</c>.</summary>
public sealed record InstancePortState
{
    public required int FromPort { get; init; }

    public required int ToPort { get; init; }

    public required string Protocol { get; init; }

    public required string State { get; init; }

    public IReadOnlyList<string> Cidrs { get; init; } = [];

    public IReadOnlyList<string> Ipv6Cidrs { get; init; } = [];

    public IReadOnlyList<string> CidrListAliases { get; init; } = [];
}
