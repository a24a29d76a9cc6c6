namespace Portlight.Wire.PortlightApi;

/// <summary>Where an instance's packets pass: <c>lab</c>, <c>interface</c> or <c>host</c>.</summary>
public sealed record Attachment
{
    public required string Kind { get; init; }

    public string? Host { get; init; }

    public string? InterfaceName { get; init; }

    /// <summary>What finds the interface, where it is attached by that and not by its name.</summary>
    public string? Selector { get; init; }

    /// <summary>Names of interfaces to which nothing gets while it is attached, unless they are attached themselves.</summary>
    public IReadOnlyList<string>? ClosedNames { get; init; }

    public string? NamespaceName { get; init; }

    public IReadOnlyList<string> Addresses { get; init; } = [];

    public IReadOnlyList<string> PrivateCidrs { get; init; } = [];
}
