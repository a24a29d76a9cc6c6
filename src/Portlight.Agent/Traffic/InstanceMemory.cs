namespace Portlight.Agent.Traffic;

/// <summary>What is remembered of one instance.</summary>
internal sealed class InstanceMemory
{
    /// <summary>When its counters were read last; null for never.</summary>
    internal DateTimeOffset? ReadAt { get; set; }

    /// <summary>All that was refused by then.</summary>
    internal long Counted { get; set; }

    /// <summary>It has a number for each quarter in which the instance was looked at: those of its elements are about the same quarters.</summary>
    internal DayCurve Refused { get; init; } = new();

    internal Dictionary<CountedPart, PartMemory> Parts { get; } = [];
}
