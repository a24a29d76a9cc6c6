namespace Portlight.Nftables;

/// <summary>What somebody else did to our table.</summary>
public enum DriftKind
{
    /// <summary>A rule, set, element or chain of it was changed.</summary>
    Touched,

    /// <summary>It was removed, by itself or with everything (`nft flush ruleset`).</summary>
    Removed,

    /// <summary>Events were lost; anything may have happened.</summary>
    Unknown,
}

/// <summary>A commit of somebody else that touched our table.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="ProcessName">The process that did it, as the kernel names it (<c>nft</c>, <c>firewalld</c> …); null when it did not say.</param>
/// <param name="ProcessId">Its number; 0 when the kernel did not say.</param>
public readonly record struct Drift(DriftKind Kind, string? ProcessName, uint ProcessId);
