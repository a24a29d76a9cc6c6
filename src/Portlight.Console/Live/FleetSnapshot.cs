using System.Collections.Immutable;

namespace Portlight.Console.Live;

/// <summary>The fleet at one moment.</summary>
internal sealed record FleetSnapshot
{
    public static FleetSnapshot Empty { get; } = new();

    /// <summary>In the order in which they were made.</summary>
    public ImmutableArray<InstanceView> Instances { get; init; } = [];

    /// <summary>Whether it has been read at all.</summary>
    public bool IsRead { get; init; }

    /// <summary>Why it is not, or is no longer, up to date; null while it is.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether the problem is that the session is over.</summary>
    public bool IsSignedOut { get; init; }

    public InstanceView? Find(string name) => Instances.FirstOrDefault(instance => instance.Name == name);
}
