namespace Portlight.Nftables.Compiling;

/// <summary>Which part of the table a set belongs to. Only the shared part is always there.</summary>
internal enum SectionKind : byte
{
    Shared,
    Ranged,
    Peers,
    Host,
    Staged,

    /// <summary>What tells the table of the family bridge whose a connection is (<see cref="BridgedConnections"/>).</summary>
    Bridged,
}

/// <summary>Our tables: one of each family.</summary>
internal enum TableFamily : byte
{
    Inet,
    Bridge,
}

/// <summary>A part of a table: for <see cref="SectionKind.Ranged"/> the index is a shard, for <see cref="SectionKind.Peers"/> a peer group.</summary>
internal readonly record struct SectionId(SectionKind Kind, uint Index = 0, TableFamily Table = TableFamily.Inet)
{
    internal static readonly SectionId Shared = new(SectionKind.Shared);
    internal static readonly SectionId OfBridges = new(SectionKind.Shared, Table: TableFamily.Bridge);
    internal static readonly SectionId Bridged = new(SectionKind.Bridged);
    internal static readonly SectionId Host = new(SectionKind.Host);
    internal static readonly SectionId Staged = new(SectionKind.Staged);

    /// <summary>The name of the section's chain, and the beginning of the names of its sets.</summary>
    internal string Name => Kind switch
    {
        SectionKind.Ranged => $"ranged_{Index:x2}",
        SectionKind.Peers => $"peers_{Index}",
        SectionKind.Host => "host",
        SectionKind.Staged => "staged",
        SectionKind.Bridged => "bridged",
        _ => "instance",
    };
}

/// <summary>What a set is for.</summary>
internal enum SetRole : byte
{
    /// <summary>No set: what needs it needs the section's chains.</summary>
    Chains,
    Attached,
    Devices,
    Nobody,
    Begins,
    Admits,
    Owners,
    Private,
    OpenPorts,
    FamilyPorts,
    LabPorts,
    HostPorts4,
    HostPorts6,
    OpenProtocols,
    OpenIcmp,
    OpenIcmpv6,
    OpenAll,
    Ranged,
    LabRanged,
    Staging,
    Peers,
    OpenRanges,
    Spans,
    Sources4,
    Sources6,

    /// <summary>The devices whose refused packets are counted, and how fast they are noted.</summary>
    Refusing,

    /// <summary>How fast sources are noted that are not noted yet, for each device.</summary>
    RefusedNew,

    /// <summary>What was refused: device, source, protocol and port.</summary>
    Refused4,
    Refused6,

    /// <summary>The same while it goes on: how old an element is tells when it was last.</summary>
    RefusedLast4,
    RefusedLast6,

    /// <summary>The mark of what comes in by a port of a bridge.</summary>
    Arrivals,

    /// <summary>The marks of replies, and the port that each may leave by.</summary>
    Replies,

    /// <summary>The owner of a connection, by the mark of its first packet.</summary>
    MarkedBegins,

    /// <summary>The mark of a reply, by the owner of the connection.</summary>
    MarkedOwners,
}

/// <summary>One set of a table. Sets of the same name mean the same in both.</summary>
internal readonly record struct SetId(SectionId Section, SetRole Role)
{
    internal static readonly SetId Attached = new(SectionId.Shared, SetRole.Attached);
    internal static readonly SetId Devices = new(SectionId.Shared, SetRole.Devices);
    internal static readonly SetId Nobody = new(SectionId.Shared, SetRole.Nobody);
    internal static readonly SetId Begins = new(SectionId.Shared, SetRole.Begins);
    internal static readonly SetId Owners = new(SectionId.Shared, SetRole.Owners);
    internal static readonly SetId Admits = new(SectionId.Shared, SetRole.Admits);
    internal static readonly SetId Private = new(SectionId.Shared, SetRole.Private);
    internal static readonly SetId OpenPorts = new(SectionId.Shared, SetRole.OpenPorts);
    internal static readonly SetId FamilyPorts = new(SectionId.Shared, SetRole.FamilyPorts);
    internal static readonly SetId LabPorts = new(SectionId.Shared, SetRole.LabPorts);
    internal static readonly SetId HostPorts4 = new(SectionId.Shared, SetRole.HostPorts4);
    internal static readonly SetId HostPorts6 = new(SectionId.Shared, SetRole.HostPorts6);
    internal static readonly SetId OpenProtocols = new(SectionId.Shared, SetRole.OpenProtocols);
    internal static readonly SetId OpenIcmp = new(SectionId.Shared, SetRole.OpenIcmp);
    internal static readonly SetId OpenIcmpv6 = new(SectionId.Shared, SetRole.OpenIcmpv6);
    internal static readonly SetId OpenAll = new(SectionId.Shared, SetRole.OpenAll);
    internal static readonly SetId Ranged = new(SectionId.Shared, SetRole.Ranged);
    internal static readonly SetId LabRanged = new(SectionId.Shared, SetRole.LabRanged);
    internal static readonly SetId Staging = new(SectionId.Shared, SetRole.Staging);
    internal static readonly SetId Refusing = new(SectionId.Shared, SetRole.Refusing);
    internal static readonly SetId HostChains = new(SectionId.Host, SetRole.Chains);

    internal static readonly SetId BridgeTable = new(SectionId.OfBridges, SetRole.Chains);
    internal static readonly SetId Arrivals = new(SectionId.OfBridges, SetRole.Arrivals);
    internal static readonly SetId Replies = new(SectionId.OfBridges, SetRole.Replies);
    internal static readonly SetId MarkedBegins = new(SectionId.Bridged, SetRole.MarkedBegins);
    internal static readonly SetId MarkedOwners = new(SectionId.Bridged, SetRole.MarkedOwners);

    internal string Name => Role switch
    {
        SetRole.Arrivals => "arrivals",
        SetRole.Replies => "replies",
        SetRole.MarkedBegins => "bridged_begins",
        SetRole.MarkedOwners => "bridged_owners",
        SetRole.Attached => "attached",
        SetRole.Devices => "bound_devices",
        SetRole.Nobody => "nobody",
        SetRole.Begins => "begins",
        SetRole.Owners => "owners",
        SetRole.Admits => "admits",
        SetRole.Private => "private",
        SetRole.OpenPorts => "open_ports",
        SetRole.FamilyPorts => "family_ports",
        SetRole.LabPorts => "lab_ports",
        SetRole.HostPorts4 => "host_ports4",
        SetRole.HostPorts6 => "host_ports6",
        SetRole.OpenProtocols => "open_protocols",
        SetRole.OpenIcmp => "open_icmp",
        SetRole.OpenIcmpv6 => "open_icmpv6",
        SetRole.OpenAll => "open_all",
        SetRole.Ranged => "ranged",
        SetRole.LabRanged => "lab_ranged",
        SetRole.Staging => "staging",
        SetRole.Refusing => "refusing",
        SetRole.RefusedNew => "refused_new",
        SetRole.Refused4 => "refused4",
        SetRole.Refused6 => "refused6",
        SetRole.RefusedLast4 => "refused_last4",
        SetRole.RefusedLast6 => "refused_last6",
        SetRole.Peers => Section.Name,
        SetRole.OpenRanges => Section.Name + "_open",
        SetRole.Spans => Section.Name + "_spans",
        SetRole.Sources4 => Section.Name + "_sources4",
        _ => Section.Name + "_sources6",
    };
}
