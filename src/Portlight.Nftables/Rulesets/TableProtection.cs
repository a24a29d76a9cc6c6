namespace Portlight.Nftables;

/// <summary>What keeps others from changing the table.</summary>
public enum TableProtection
{
    /// <summary>Nothing; <see cref="NftablesWatcher"/> notices what they do, and a synchronisation repairs it.</summary>
    Watched,

    /// <summary>
    /// The kernel: the session's socket owns the table (NFT_TABLE_F_OWNER), so that others' changes are refused and their <c>flush ruleset</c> passes it over,
    /// and it outlives the socket (NFT_TABLE_F_PERSIST, Linux 6.9), as a table that anybody may change or own.
    /// </summary>
    Owned,
}
