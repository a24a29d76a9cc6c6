namespace Portlight.Nftables.Attributes;

// The numbers of the attributes that we write and read. Source: linux/netfilter/nf_tables.h and nfnetlink.h of the kernel's uapi, whose names stand behind each enumeration; they never change.

/// <summary>enum nft_table_attributes, NFTA_TABLE_…</summary>
internal static class TableAttributes
{
    internal const ushort Name = 1;
    internal const ushort Flags = 2;
    internal const ushort Use = 3;
    internal const ushort Userdata = 6;
    internal const ushort Owner = 7;
}

/// <summary>enum nft_chain_attributes, NFTA_CHAIN_…</summary>
internal static class ChainAttributes
{
    internal const ushort Table = 1;
    internal const ushort Name = 3;
    internal const ushort Hook = 4;
    internal const ushort Policy = 5;
    internal const ushort Type = 7;
}

/// <summary>enum nft_hook_attributes, NFTA_HOOK_…</summary>
internal static class HookAttributes
{
    internal const ushort Number = 1;
    internal const ushort Priority = 2;
}

/// <summary>enum nft_rule_attributes, NFTA_RULE_…</summary>
internal static class RuleAttributes
{
    internal const ushort Table = 1;
    internal const ushort Chain = 2;
    internal const ushort Expressions = 4;
    internal const ushort Userdata = 7;
}

/// <summary>enum nft_list_attributes, NFTA_LIST_…: what lists of expressions, elements and fields are made of.</summary>
internal static class ListAttributes
{
    internal const ushort Element = 1;
}

/// <summary>enum nft_set_attributes, NFTA_SET_…</summary>
internal static class SetAttributes
{
    internal const ushort Table = 1;
    internal const ushort Name = 2;
    internal const ushort Flags = 3;
    internal const ushort KeyType = 4;
    internal const ushort KeyLength = 5;
    internal const ushort DataType = 6;
    internal const ushort DataLength = 7;
    internal const ushort Description = 9;
    internal const ushort Id = 10;
    internal const ushort Timeout = 11;
    internal const ushort Userdata = 13;
    internal const ushort Expressions = 18;
}

/// <summary>enum nft_set_desc_attributes, NFTA_SET_DESC_…</summary>
internal static class SetDescriptionAttributes
{
    internal const ushort Size = 1;
    internal const ushort Concatenation = 2;
}

/// <summary>enum nft_set_elem_list_attributes, NFTA_SET_ELEM_LIST_…</summary>
internal static class ElementListAttributes
{
    internal const ushort Table = 1;
    internal const ushort Set = 2;
    internal const ushort Elements = 3;
}

/// <summary>enum nft_set_elem_attributes, NFTA_SET_ELEM_…</summary>
internal static class ElementAttributes
{
    internal const ushort Key = 1;
    internal const ushort Data = 2;
    internal const ushort Flags = 3;
    internal const ushort Expiration = 5;
    internal const ushort Expression = 7;
    internal const ushort KeyEnd = 10;
    internal const ushort Expressions = 11;
}

/// <summary>enum nft_data_attributes, NFTA_DATA_…</summary>
internal static class DataAttributes
{
    internal const ushort Value = 1;
    internal const ushort Verdict = 2;
}

/// <summary>enum nft_verdict_attributes, NFTA_VERDICT_…</summary>
internal static class VerdictAttributes
{
    internal const ushort Code = 1;
    internal const ushort Chain = 2;
}

/// <summary>enum nft_gen_attributes, NFTA_GEN_…</summary>
internal static class GenerationAttributes
{
    internal const ushort Id = 1;
    internal const ushort ProcessId = 2;
    internal const ushort ProcessName = 3;
}

/// <summary>enum nfnl_batch_attributes, NFNL_BATCH_…</summary>
internal static class BatchAttributes
{
    internal const ushort Generation = 1;
}
