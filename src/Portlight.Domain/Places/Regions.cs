using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>
/// The regions that the service's model names (<c>RegionName</c>). Which of them an installation has opened is in its store. Names, continents and the zones of
/// us-east-2 are captured from the service; the other zones and the descriptions are from general knowledge of AWS (docs/conformance.md).
/// </summary>
public static class Regions
{
    public static ImmutableArray<Region> All { get; } =
    [
        new("us-east-1", "Virginia", "NA", "the eastern United States", "abcdef"),
        new("us-east-2", "Ohio", "NA", "the eastern United States, Iowa, Michigan, and Ohio", "abc"),
        new("us-west-1", "N. California", "NA", "the western United States", "ac"),
        new("us-west-2", "Oregon", "NA", "the northwestern United States, Alaska, and western Canada", "abcd"),
        new("ca-central-1", "Montreal", "NA", "Canada and the northeastern United States", "abd"),
        new("eu-west-1", "Ireland", "EU", "Ireland, the United Kingdom, and Iceland", "abc"),
        new("eu-west-2", "London", "EU", "the United Kingdom", "abc"),
        new("eu-west-3", "Paris", "EU", "France, Spain, and Portugal", "abc"),
        new("eu-central-1", "Frankfurt", "EU", "central and eastern Europe", "abc"),
        new("eu-north-1", "Stockholm", "EU", "Scandinavia and the Baltic states", "abc"),
        new("ap-south-1", "Mumbai", "AP", "India and its neighbours", "abc"),
        new("ap-southeast-1", "Singapore", "AP", "Singapore and Southeast Asia", "abc"),
        new("ap-southeast-2", "Sydney", "AP", "Australia and New Zealand", "abc"),
        new("ap-southeast-3", "Jakarta", "AP", "Indonesia", "abc"),
        new("ap-southeast-5", "Malaysia", "AP", "Malaysia", "abc"),
        new("ap-northeast-1", "Tokyo", "AP", "Japan", "acd"),
        new("ap-northeast-2", "Seoul", "AP", "Korea", "abcd"),
    ];

    private static FrozenDictionary<string, Region> ByName { get; } = All.ToFrozenDictionary(region => region.Name, StringComparer.Ordinal);

    public static Region? Find(string? name) => name is null ? null : ByName.GetValueOrDefault(name);
}
