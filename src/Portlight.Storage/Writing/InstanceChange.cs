using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>A change of an instance: as it was saved, or as it was last before it was removed.</summary>
public sealed record InstanceChange(long Revision, Instance Instance, bool IsRemoval)
{
    /// <summary>What was stored before a change that is being written; null for a new instance.</summary>
    internal Instance? Before { get; init; }

    /// <summary>Whether nothing but ports changes. Not so of a change that waits to be confirmed: that one stays with its row, where it is looked for.</summary>
    internal bool IsOfPortsAlone { get; init; }

    /// <summary>Looked at on the caller's thread, because instances have many members to compare.</summary>
    internal static bool ChangesPortsAlone(Instance? before, Instance saved) =>
        before is { Unconfirmed: null } && saved with { Ports = before.Ports, Revision = before.Revision } == before;
}
