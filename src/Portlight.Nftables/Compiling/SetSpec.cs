using System.Collections.Immutable;
using System.Numerics;

namespace Portlight.Nftables.Compiling;

/// <summary>What the elements of a set carry beside their keys.</summary>
internal enum SetValue : byte
{
    None,
    Verdict,

    /// <summary>Four words: a connection's label, or the name of a span.</summary>
    Words,

    /// <summary>A packet's mark.</summary>
    Mark,
}

/// <summary>How a set is declared. Two sets with equal specs can stand in for each other.</summary>
internal sealed record SetSpec(string Name, ImmutableArray<KeyField> Key, bool IsInterval, SetValue Value)
{
    internal const uint FlagInterval = 0x4;

    /// <summary>Its elements are put in by packets.</summary>
    internal const uint FlagDynamic = 0x20;

    private const uint FlagMap = 0x8;
    private const uint FlagTimeout = 0x10;
    private const uint FlagStatements = 0x100;
    private const int LeastCapacity = 1024;

    /// <summary>What each of its elements does with every packet that finds it.</summary>
    internal ImmutableArray<SetStatement> Statements { get; init; } = [];

    /// <summary>For how many milliseconds what a packet has put in stays, counted from the last packet that did; 0: nothing is put in by packets.</summary>
    internal ulong Timeout { get; init; }

    /// <summary>
    /// How many elements it has room for; 0 for an interval set, which grows. The kernel keeps a hash set of a given size in a plain table, at half the cost of one that
    /// grows: to fill it and to look into it. One that is full is refused with ENFILE, and made anew larger with its table.
    /// </summary>
    internal int Capacity { get; init; } = IsInterval ? 0 : LeastCapacity;

    /// <summary>
    /// enum nft_set_flags. An interval set is not said to be a concatenation: the kernel then takes a key as one number, whatever it is put together from, and keeps a
    /// tree instead of tables for each field, which are dear to change.
    /// </summary>
    internal uint Flags => (IsInterval ? FlagInterval : 0) | (Value != SetValue.None ? FlagMap : 0) | (Timeout > 0 ? FlagDynamic | FlagTimeout : 0) | (Statements.IsEmpty ? 0 : FlagStatements);

    internal int KeyLength => Key.Sum(part => Key.Length == 1 ? part.Length : part.PaddedLength);

    /// <summary>
    /// nft's number for the type of the key: six bits for each field. Intervals of several fields it knows in another form only (1.0.6 crashes): it shows them as IPv6 addresses where they are as long,
    /// and as numbers where they are longer.
    /// </summary>
    internal uint KeyType => !IsInterval ? Combine(Key) : KeyLength == KeyField.Ipv6Address.Length ? KeyField.Ipv6Address.TypeNumber : KeyField.Number.TypeNumber;

    /// <summary>The type of a map's values: NFT_DATA_VERDICT, or words.</summary>
    internal uint ValueType => Value switch { SetValue.Verdict => 0xffffff00, SetValue.Mark => KeyField.Mark.TypeNumber, _ => Combine(Words) };

    internal int ValueLength => Value switch { SetValue.Verdict => 0, SetValue.Mark => KeyField.Mark.Length, _ => Words.Sum(word => word.Length) };

    /// <summary>With what the options have its elements do.</summary>
    internal static SetSpec Of(SetId id, RulesetOptions options) => Of(id) with { Statements = SetStatements.Of(id, options) };

    private static SetSpec Of(SetId id) => id.Role switch
    {
        SetRole.Attached => Hash(id, KeyField.InterfaceName),
        SetRole.Devices or SetRole.Peers or SetRole.Refusing => Hash(id, KeyField.Device),
        SetRole.RefusedNew => Noted(id, KeyField.Device),
        SetRole.Refused4 or SetRole.RefusedLast4 => Noted(id, KeyField.Device, KeyField.Ipv4Address, KeyField.Protocol, KeyField.Port),
        SetRole.Refused6 or SetRole.RefusedLast6 => Noted(id, KeyField.Device, KeyField.Ipv6Address, KeyField.Protocol, KeyField.Port),
        SetRole.FamilyPorts => Hash(id, Family(id), KeyField.Device, KeyField.Protocol, KeyField.Port),
        SetRole.OpenPorts or SetRole.LabPorts => Hash(id, KeyField.Device, KeyField.Protocol, KeyField.Port),
        SetRole.HostPorts4 or SetRole.HostPorts6 => Hash(id, KeyField.Protocol, KeyField.Port),
        SetRole.OpenProtocols => Hash(id, Family(id), KeyField.Device, KeyField.Protocol),
        SetRole.OpenAll => Hash(id, Family(id), KeyField.Device),
        SetRole.OpenIcmp => Hash(id, KeyField.Device, KeyField.IcmpType),
        SetRole.OpenIcmpv6 => Hash(id, KeyField.Device, KeyField.Icmpv6Type),
        SetRole.Begins or SetRole.Admits => Hash(id, KeyField.Device) with { Value = SetValue.Words },
        SetRole.Owners => Hash(id, KeyField.Mark, KeyField.Mark, KeyField.Device, KeyField.Mark),
        SetRole.Nobody => Hash(id, [.. Words]),
        SetRole.Private => Hash(id, KeyField.Device, KeyField.Ipv4Address) with { Value = SetValue.Verdict },
        SetRole.Ranged or SetRole.LabRanged or SetRole.Staging => Hash(id, KeyField.Device) with { Value = SetValue.Verdict },
        SetRole.OpenRanges => Interval(id, KeyField.Device, Family(id), KeyField.Protocol, KeyField.Port),
        SetRole.Spans => Interval(id, KeyField.Device, Family(id), KeyField.Protocol, KeyField.Port) with { Value = SetValue.Words },
        SetRole.Sources4 => Interval(id, KeyField.Device, KeyField.Mark, KeyField.Mark, KeyField.Ipv4Address),
        SetRole.Sources6 => Interval(id, KeyField.Device, KeyField.Mark, KeyField.Mark, KeyField.Ipv6Address),
        SetRole.Arrivals => Hash(id, KeyField.Device) with { Value = SetValue.Mark },
        SetRole.Replies => Hash(id, KeyField.Mark, KeyField.Device),
        SetRole.MarkedBegins => Hash(id, KeyField.Mark) with { Value = SetValue.Words },
        SetRole.MarkedOwners => Hash(id, [.. Words]) with { Value = SetValue.Mark },
        _ => throw new ArgumentException($"{id.Role} is no set"),
    };

    /// <summary>The same with room for so many elements and as many more.</summary>
    internal SetSpec For(int elements) => IsInterval || Timeout > 0 ? this : this with { Capacity = Math.Max(LeastCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)elements * 2)) };

    private static KeyField Family(SetId id) => id.Section.Table == TableFamily.Bridge ? KeyField.EtherType : KeyField.FamilyField;

    // nft's own type for labels shows nothing but the lowest bit.
    private static ImmutableArray<KeyField> Words => [KeyField.Mark, KeyField.Mark, KeyField.Mark, KeyField.Mark];

    // Key is an ImmutableArray, whose own equality is by reference.
    public bool Equals(SetSpec? other) =>
        other is not null && Name == other.Name && KeyType == other.KeyType && KeyLength == other.KeyLength && Flags == other.Flags;

    public override int GetHashCode() => HashCode.Combine(Name, KeyType, Flags);

    private static SetSpec Hash(SetId id, params ReadOnlySpan<KeyField> key) => new(id.Name, [.. key], false, SetValue.None);

    private static SetSpec Noted(SetId id, params ReadOnlySpan<KeyField> key) => Hash(id, key) with { Capacity = RefusalNotes.Capacity, Timeout = RefusalNotes.Milliseconds };

    private static SetSpec Interval(SetId id, params ReadOnlySpan<KeyField> key) => new(id.Name, [.. key], true, SetValue.None);

    private static uint Combine(ImmutableArray<KeyField> fields) => fields.Aggregate(0u, (number, part) => (number << 6) | part.TypeNumber);
}
