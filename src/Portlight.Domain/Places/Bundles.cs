using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>
/// The sizes. Nano, micro and small of generation 3 are captured from the service; the rest is its price list as generally known (docs/conformance.md). They
/// have the same names in most regions and names of their own in some: <c>nano_3_0</c> is <c>nano_3_1</c> in Mumbai and <c>nano_3_2</c> in Sydney.
/// </summary>
public static class Bundles
{
    //                                             cpu  ram GB disk GB transfer power
    private static readonly Size Nano = new("nano", 2, 0.5, 20, 1024, 298);
    private static readonly Size Micro = new("micro", 2, 1, 40, 2048, 500);
    private static readonly Size Small = new("small", 2, 2, 60, 3072, 1000);
    private static readonly Size Medium = new("medium", 2, 4, 80, 4096, 2000);
    private static readonly Size Large = new("large", 2, 8, 160, 5120, 3000);
    private static readonly Size Xlarge = new("xlarge", 4, 16, 320, 6144, 4000);
    private static readonly Size TwoXlarge = new("2xlarge", 8, 32, 640, 7168, 5000);
    private static readonly Size FourXlarge = new("4xlarge", 16, 64, 1280, 8192, 6000);

    private static readonly ImmutableArray<Bundle> Usual =
    [
        // Generation 3: with a public IPv4 address, then IPv6 only.
        Linux(Nano, "3_0", 5), Linux(Micro, "3_0", 7), Linux(Small, "3_0", 12), Linux(Medium, "3_0", 24),
        Linux(Large, "3_0", 44), Linux(Xlarge, "3_0", 84), Linux(TwoXlarge, "3_0", 164), Linux(FourXlarge, "3_0", 384),
        Windows(Nano, "3_0", 9.5), Windows(Micro, "3_0", 14), Windows(Small, "3_0", 22), Windows(Medium, "3_0", 44),
        Windows(Large, "3_0", 74), Windows(Xlarge, "3_0", 124), Windows(TwoXlarge, "3_0", 244), Windows(FourXlarge, "3_0", 574),
        Linux(Nano, "ipv6_3_0", 3.5), Linux(Micro, "ipv6_3_0", 5), Linux(Small, "ipv6_3_0", 10), Linux(Medium, "ipv6_3_0", 20),
        Linux(Large, "ipv6_3_0", 40), Linux(Xlarge, "ipv6_3_0", 80), Linux(TwoXlarge, "ipv6_3_0", 160), Linux(FourXlarge, "ipv6_3_0", 380),
        Windows(Nano, "ipv6_3_0", 8), Windows(Micro, "ipv6_3_0", 12), Windows(Small, "ipv6_3_0", 20), Windows(Medium, "ipv6_3_0", 40),
        Windows(Large, "ipv6_3_0", 70), Windows(Xlarge, "ipv6_3_0", 120), Windows(TwoXlarge, "ipv6_3_0", 240), Windows(FourXlarge, "ipv6_3_0", 570),

        // Generation 2: one processor in the three smallest.
        Linux(Nano with { CpuCount = 1 }, "2_0", 3.5), Linux(Micro with { CpuCount = 1 }, "2_0", 5), Linux(Small with { CpuCount = 1 }, "2_0", 10),
        Linux(Medium, "2_0", 20), Linux(Large, "2_0", 40), Linux(Xlarge, "2_0", 80), Linux(TwoXlarge, "2_0", 160),
        Windows(Nano with { CpuCount = 1, DiskSizeInGb = 30 }, "2_0", 8), Windows(Micro with { CpuCount = 1 }, "2_0", 12),
        Windows(Small with { CpuCount = 1 }, "2_0", 20), Windows(Medium, "2_0", 40), Windows(Large, "2_0", 70), Windows(Xlarge, "2_0", 120),
        Windows(TwoXlarge, "2_0", 240),

        // Generation 1.
        Linux(Nano with { CpuCount = 1 }, "1_0", 5), Linux(Micro with { CpuCount = 1, DiskSizeInGb = 30 }, "1_0", 10),
        Linux(Small with { CpuCount = 1, DiskSizeInGb = 40 }, "1_0", 20), Linux(Medium with { DiskSizeInGb = 60 }, "1_0", 40),
        Linux(Large with { DiskSizeInGb = 80 }, "1_0", 80),
        Windows(Nano with { CpuCount = 1, DiskSizeInGb = 30 }, "1_0", 10), Windows(Micro with { CpuCount = 1, DiskSizeInGb = 30 }, "1_0", 17),
        Windows(Small with { CpuCount = 1, DiskSizeInGb = 40 }, "1_0", 30), Windows(Medium with { DiskSizeInGb = 60 }, "1_0", 55),
        Windows(Large with { DiskSizeInGb = 80 }, "1_0", 100),
    ];

    private static readonly FrozenDictionary<string, ImmutableArray<Bundle>> ByRegion = new Dictionary<string, ImmutableArray<Bundle>>
    {
        ["ap-south-1"] = EndingIn('1'),
        ["ap-southeast-2"] = EndingIn('2'),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Bundle> ById =
        Usual.Concat(ByRegion.Values.SelectMany(bundles => bundles)).ToFrozenDictionary(bundle => bundle.Id, StringComparer.Ordinal);

    /// <summary>Those of a region, smallest first, earlier generations last.</summary>
    public static ImmutableArray<Bundle> In(string region) => ByRegion.TryGetValue(region, out var own) ? own : Usual;

    /// <summary>One of a region; null where the region has none of that name.</summary>
    public static Bundle? Find(string region, string? id) => In(region).FirstOrDefault(bundle => bundle.Id == id);

    /// <summary>One of any region, by the name that an instance was created with.</summary>
    public static Bundle? Find(string? id) => id is null ? null : ById.GetValueOrDefault(id);

    private static ImmutableArray<Bundle> EndingIn(char last) => [.. Usual.Select(bundle => bundle with { Id = bundle.Id[..^1] + last })];

    private static Bundle Linux(Size size, string generation, double price) => Create(size, $"{size.Type}_{generation}", generation, price, Platform.Linux);

    private static Bundle Windows(Size size, string generation, double price) =>
        Create(size with { DiskSizeInGb = Math.Max(30, size.DiskSizeInGb) }, $"{size.Type}_win_{generation}", generation, price, Platform.Windows);

    private static Bundle Create(Size size, string id, string generation, double price, Platform platform) => new()
    {
        Id = id,
        Name = char.ToUpperInvariant(size.Type[0]) + size.Type[1..],
        InstanceType = size.Type,
        Price = price,
        CpuCount = size.CpuCount,
        RamSizeInGb = size.RamSizeInGb,
        DiskSizeInGb = size.DiskSizeInGb,
        TransferPerMonthInGb = size.TransferPerMonthInGb,
        Power = size.Power,
        Platform = platform,
        PublicIpv4AddressCount = generation.StartsWith("ipv6", StringComparison.Ordinal) ? 0 : 1,
        IsActive = generation.EndsWith("3_0", StringComparison.Ordinal),
    };

    private sealed record Size(string Type, int CpuCount, double RamSizeInGb, int DiskSizeInGb, int TransferPerMonthInGb, int Power);
}
