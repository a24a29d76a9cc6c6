namespace Portlight.Domain;

/// <summary>A tag. A key-only tag has no value (null), and is served without one.</summary>
public readonly record struct Tag(string Key, string? Value);
