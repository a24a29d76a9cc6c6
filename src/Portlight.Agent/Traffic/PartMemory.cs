namespace Portlight.Agent.Traffic;

/// <summary>What is remembered of one element.</summary>
internal sealed class PartMemory
{
    /// <summary>Its counter when it was read last.</summary>
    internal long Counted { get; set; }

    /// <summary>Since when it is looked at.</summary>
    internal required DateTimeOffset Since { get; init; }

    /// <summary>When it was there last.</summary>
    internal DateTimeOffset SeenAt { get; set; }

    /// <summary>When packets were found that it had let in since the look before; null for never.</summary>
    internal DateTimeOffset? UsedAt { get; set; }

    /// <summary>Null as long as there was no packet: most that is open is used seldom.</summary>
    internal DayCurve? LetIn { get; set; }
}
