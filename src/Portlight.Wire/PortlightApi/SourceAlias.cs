namespace Portlight.Wire.PortlightApi;

/// <summary>A name that rules may have among their sources, and the blocks that it stands for.</summary>
public sealed record SourceAlias
{
    public required string Name { get; init; }

    public IReadOnlyList<string> Cidrs { get; init; } = [];
}
