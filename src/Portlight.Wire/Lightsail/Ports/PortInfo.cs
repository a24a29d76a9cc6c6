namespace Portlight.Wire.Lightsail;

/// <summary>One port rule as a caller writes it. For ICMP, from is the type and to the code, -1 meaning all.</summary>
public sealed record PortInfo
{
    public int? FromPort { get; init; }

    public int? ToPort { get; init; }

    public string? Protocol { get; init; }

    public IReadOnlyList<string>? Cidrs { get; init; }

    public IReadOnlyList<string>? Ipv6Cidrs { get; init; }

    public IReadOnlyList<string>? CidrListAliases { get; init; }
}
