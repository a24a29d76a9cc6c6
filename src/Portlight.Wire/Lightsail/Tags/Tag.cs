namespace Portlight.Wire.Lightsail;

/// <summary>A tag. A key-only tag has no value, and is served without that member.</summary>
public sealed record Tag
{
    public string? Key { get; init; }

    public string? Value { get; init; }
}
