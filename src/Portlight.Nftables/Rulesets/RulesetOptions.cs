using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Nftables;

/// <summary>What the whole table depends on, beside its attachments.</summary>
public sealed record RulesetOptions
{
    public ConnectionPolicy Connections { get; init; } = ConnectionPolicy.Cut;

    /// <summary>Names of interfaces to which nothing gets unless they are bound (<see cref="NamePattern"/>), in order and each once.</summary>
    public ImmutableArray<string> ClosedNames { get; init; } = [];

    /// <summary>This kernel has tables of the family bridge (<see cref="NftablesProbe.WhyNoBridgeTable"/>): names are closed for what is bridged, too.</summary>
    public bool HasBridgeTables { get; init; }

    /// <summary>What is refused is noted (<see cref="KernelRefusals"/>), which takes Linux 5.11: sets whose elements do several things.</summary>
    public bool NotesRefused { get; init; } = true;

    /// <summary>Each element that lets packets in counts them (<see cref="KernelCounters"/>). Takes the same kernel, and the memory of a counter on each processor for each element.</summary>
    public bool CountsPackets { get; init; }

    /// <summary>Where a control plane on this machine listens, unless on loopback only.</summary>
    public ImmutableArray<ListenAddress> ListenAddresses { get; init; } = [];

    /// <summary>The same as far as the kernel can: one that cannot note what it refuses counts nothing either.</summary>
    /// <param name="canNote">What <see cref="NftablesProbe.CanNoteRefused"/> says.</param>
    public RulesetOptions For(bool canNote) => this with { NotesRefused = NotesRefused && canNote, CountsPackets = CountsPackets && canNote };
}
