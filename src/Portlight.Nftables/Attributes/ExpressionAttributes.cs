namespace Portlight.Nftables.Attributes;

// The numbers of the attributes of rules' expressions, and of what they load. Source: linux/netfilter/nf_tables.h and nf_tables_compat.h of the kernel's uapi; they never change.

/// <summary>enum nft_expr_attributes, NFTA_EXPR_…</summary>
internal static class ExpressionAttributes
{
    internal const ushort Name = 1;
    internal const ushort Data = 2;
}

/// <summary>enum nft_immediate_attributes, NFTA_IMMEDIATE_…</summary>
internal static class ImmediateAttributes
{
    internal const ushort Destination = 1;
    internal const ushort Data = 2;
}

/// <summary>enum nft_bitwise_attributes, NFTA_BITWISE_…</summary>
internal static class BitwiseAttributes
{
    internal const ushort Source = 1;
    internal const ushort Destination = 2;
    internal const ushort Length = 3;
    internal const ushort Mask = 4;
    internal const ushort Xor = 5;
}

/// <summary>enum nft_cmp_attributes, NFTA_CMP_…</summary>
internal static class CompareAttributes
{
    internal const ushort Source = 1;
    internal const ushort Operation = 2;
    internal const ushort Data = 3;

    // enum nft_cmp_ops, NFT_CMP_…
    internal const uint Equal = 0;
    internal const uint NotEqual = 1;
    internal const uint Less = 2;
    internal const uint LessOrEqual = 3;
    internal const uint Greater = 4;
    internal const uint GreaterOrEqual = 5;
}

/// <summary>enum nft_range_attributes, NFTA_RANGE_…</summary>
internal static class RangeAttributes
{
    internal const ushort Source = 1;
    internal const ushort Operation = 2;
    internal const ushort From = 3;
    internal const ushort To = 4;

    /// <summary>enum nft_range_ops, NFT_RANGE_EQ.</summary>
    internal const uint Within = 0;
}

/// <summary>enum nft_lookup_attributes, NFTA_LOOKUP_…</summary>
internal static class LookupAttributes
{
    internal const ushort Set = 1;
    internal const ushort Source = 2;
    internal const ushort Destination = 3;
    internal const ushort Flags = 5;

    /// <summary>enum nft_lookup_flags, NFT_LOOKUP_F_INV.</summary>
    internal const uint FlagInverted = 1;
}

/// <summary>enum nft_dynset_attributes, NFTA_DYNSET_…</summary>
internal static class DynamicSetAttributes
{
    internal const ushort Set = 1;
    internal const ushort Operation = 3;
    internal const ushort Key = 4;

    // enum nft_dynset_ops, NFT_DYNSET_OP_…
    internal const uint Add = 0;
    internal const uint Update = 1;
}

/// <summary>enum nft_counter_attributes, NFTA_COUNTER_…</summary>
internal static class CounterAttributes
{
    internal const ushort Bytes = 1;
    internal const ushort Packets = 2;
}

/// <summary>enum nft_limit_attributes, NFTA_LIMIT_…</summary>
internal static class LimitAttributes
{
    internal const ushort Rate = 1;
    internal const ushort Unit = 2;
    internal const ushort Burst = 3;
    internal const ushort Type = 4;

    /// <summary>enum nft_limit_type, NFT_LIMIT_PKTS.</summary>
    internal const uint OfPackets = 0;
}

/// <summary>enum nft_payload_attributes, NFTA_PAYLOAD_…</summary>
internal static class PayloadAttributes
{
    internal const ushort Destination = 1;
    internal const ushort Base = 2;
    internal const ushort Offset = 3;
    internal const ushort Length = 4;

    // enum nft_payload_bases, NFT_PAYLOAD_…_HEADER.
    internal const uint LinkHeader = 0;
    internal const uint NetworkHeader = 1;
    internal const uint TransportHeader = 2;
}

/// <summary>enum nft_meta_attributes, NFTA_META_…</summary>
internal static class MetaAttributes
{
    internal const ushort Destination = 1;
    internal const ushort Key = 2;
    internal const ushort Source = 3;

    // enum nft_meta_keys, NFT_META_…
    internal const uint EtherType = 1;
    internal const uint Mark = 3;
    internal const uint InputDevice = 4;
    internal const uint OutputDevice = 5;
    internal const uint OutputName = 7;
    internal const uint Family = 15;
    internal const uint Protocol = 16;
    internal const uint PacketType = 19;
    internal const uint OutputKind = 27;
}

/// <summary>enum nft_ct_attributes, NFTA_CT_…</summary>
internal static class ConnectionAttributes
{
    internal const ushort Destination = 1;
    internal const ushort Key = 2;
    internal const ushort Source = 4;

    // enum nft_ct_keys, NFT_CT_…
    internal const uint State = 0;
    internal const uint Direction = 1;
    internal const uint Status = 2;
    internal const uint Label = 13;
}

/// <summary>enum nft_fib_attributes, NFTA_FIB_…</summary>
internal static class RouteAttributes
{
    internal const ushort Destination = 1;
    internal const ushort Result = 2;
    internal const ushort Flags = 3;

    // enum nft_fib_result, NFT_FIB_RESULT_…
    internal const uint Device = 1;
    internal const uint AddressType = 3;

    // enum nft_fib_flags, NFTA_FIB_F_…
    internal const uint OfSource = 1;
    internal const uint OfDestination = 2;
    internal const uint ByInputDevice = 8;
    internal const uint IsThere = 32;
}

/// <summary>enum nft_nat_attributes, NFTA_NAT_…</summary>
internal static class NatAttributes
{
    internal const ushort Type = 1;
    internal const ushort Family = 2;
    internal const ushort AddressFrom = 3;
    internal const ushort PortFrom = 5;

    /// <summary>enum nft_nat_types, NFT_NAT_DNAT.</summary>
    internal const uint OfDestination = 1;
}

/// <summary>enum nft_redir_attributes, NFTA_REDIR_…</summary>
internal static class RedirectAttributes
{
    internal const ushort PortFrom = 1;
}

/// <summary>enum nft_match_attributes and nft_target_attributes, NFTA_MATCH_… and NFTA_TARGET_…: what iptables-nft writes.</summary>
internal static class ExtensionAttributes
{
    internal const ushort Name = 1;
    internal const ushort Revision = 2;
    internal const ushort Info = 3;
}
