using System.Collections.Immutable;

namespace Portlight.Nftables;

/// <summary>What the whole table depends on, beside its attachments.</summary>
public sealed record RulesetOptions
{
    public ConnectionPolicy Connections { get; init; } = ConnectionPolicy.Cut;

    /// <summary>Where a control plane on this machine listens, unless on loopback only.</summary>
    public ImmutableArray<ListenAddress> ListenAddresses { get; init; } = [];
}
