namespace Portlight.Nftables.Compiling;

/// <summary>In which sets an attachment's elements can be.</summary>
internal static class AttachmentSets
{
    /// <summary>
    /// What the kernel does to commit an interval set grows with the set, and sets are looked up by name in a list, so neither one for all nor one for each attachment scales:
    /// attachments with ranges or sources share 256 shards, chosen by name (docs/decisions).
    /// </summary>
    private const uint ShardCount = 256;

    private static readonly SetRole[] Ports =
    [
        SetRole.OpenPorts, SetRole.FamilyPorts, SetRole.LabPorts, SetRole.HostPorts4, SetRole.HostPorts6, SetRole.OpenProtocols, SetRole.OpenIcmp, SetRole.OpenIcmpv6, SetRole.OpenAll,
    ];

    /// <summary>The section of its ranges and sources.</summary>
    internal static SectionId RangedOf(FilteredAttachment attachment) => new(SectionKind.Ranged, Shard(attachment.Key), TableOf(attachment));

    /// <summary>The table that its port set is in.</summary>
    internal static TableFamily TableOf(FilteredAttachment attachment) => attachment.IsBridged ? TableFamily.Bridge : TableFamily.Inet;

    /// <summary>The sets in which elements can be that let something in to it, whatever its port set: they need not exist.</summary>
    internal static IEnumerable<SetId> Opening(FilteredAttachment attachment) =>
    [
        .. Ports.Select(role => new SetId(SectionId.Shared with { Table = TableOf(attachment) }, role)),
        .. Intervals(RangedOf(attachment)), .. Intervals(SectionId.Staged with { Table = TableOf(attachment) }),
    ];

    private static IEnumerable<SetId> Intervals(SectionId section) => new[] { SetRole.OpenRanges, SetRole.Spans, SetRole.Sources4, SetRole.Sources6 }.Select(role => new SetId(section, role));

    /// <summary>FNV-1a: stable between runs and machines, unlike string.GetHashCode.</summary>
    private static uint Shard(string interfaceName)
    {
        var hash = 2166136261;
        foreach (var letter in interfaceName)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return (hash ^ (hash >> 16)) % ShardCount;
    }
}
