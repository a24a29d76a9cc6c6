namespace Portlight.Nftables.Compiling;

/// <summary>
/// One field of a set's key: nft's number for its type, which only serves to print it, and its length. Numbers: nftables, include/datatype.h;
/// they are stored in sets and shown by every version, so they do not change.
/// </summary>
internal readonly record struct KeyField(uint TypeNumber, int Length)
{
    /// <summary>A number of any length.</summary>
    internal static readonly KeyField Number = new(4, 0);
    internal static readonly KeyField FamilyField = new(2, 1);
    internal static readonly KeyField Ipv4Address = new(7, 4);
    internal static readonly KeyField Ipv6Address = new(8, 16);
    internal static readonly KeyField EtherType = new(10, 2);
    internal static readonly KeyField Protocol = new(12, 1);
    internal static readonly KeyField Port = new(13, 2);
    internal static readonly KeyField Mark = new(19, 4);
    internal static readonly KeyField IcmpType = new(14, 1);
    internal static readonly KeyField Icmpv6Type = new(29, 1);
    internal static readonly KeyField Device = new(20, 4);
    internal static readonly KeyField InterfaceName = new(41, 16);

    /// <summary>Fields of a concatenation start at multiples of four bytes: those are the registers of nf_tables.</summary>
    internal int PaddedLength => (Length + 3) & ~3;
}
