using System.Collections.Immutable;

namespace Portlight.Lightsail;

/// <summary>Tags between the wire and the domain.</summary>
internal static class TagShapes
{
    /// <summary>In order of key; a key-only tag is served without a value.</summary>
    public static IReadOnlyList<Wire.Lightsail.Tag> ToWire(this ImmutableSortedDictionary<string, string?> tags) =>
        [.. tags.Select(tag => new Wire.Lightsail.Tag { Key = tag.Key, Value = tag.Value })];

    public static IReadOnlyList<(string? Key, string? Value)?> ToInput(this IReadOnlyList<Wire.Lightsail.Tag?>? tags) =>
        tags is null ? [] : [.. tags.Select(tag => tag is null ? ((string?, string?)?)null : (tag.Key, tag.Value))];
}
