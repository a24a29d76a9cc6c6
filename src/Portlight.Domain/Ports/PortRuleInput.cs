namespace Portlight.Domain;

/// <summary>A port rule as the caller wrote it, before anything is checked. A null list is one that the caller did not name.</summary>
public sealed record PortRuleInput(
    int FromPort,
    int ToPort,
    string? Protocol,
    IReadOnlyList<string?>? Cidrs = null,
    IReadOnlyList<string?>? Ipv6Cidrs = null,
    IReadOnlyList<string?>? CidrListAliases = null);
