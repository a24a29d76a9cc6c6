using System.Net;

namespace Portlight.Agent.Links;

/// <summary>What happened to a link of this network namespace.</summary>
internal enum LinkChangeKind
{
    /// <summary>It appeared, or its name, its hardware address, its state (up, down), its master, its alias or its peer changed; carrier and counters do not count.</summary>
    Link,

    /// <summary>It is gone from this namespace: deleted, or moved to another.</summary>
    Removed,

    /// <summary>An address was added or removed.</summary>
    Address,

    /// <summary>A route to a single address, or a default route, was added, replaced or removed.</summary>
    Route,

    /// <summary>Events were lost: anything may have happened to any link.</summary>
    Unknown,
}

/// <summary>One change, as often as it happened since the last reading.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Link">The link's index (ifindex); for a route, the link that it leads by or led by, 0 when by none. 0 for <see cref="LinkChangeKind.Unknown"/>.</param>
/// <param name="Name">The link's name after the change, or when it was removed; empty when the event names none and none was seen before.</param>
/// <param name="Destination">Where the route leads; null for a default route, and for everything but a route.</param>
internal readonly record struct LinkChange(LinkChangeKind Kind, int Link, string Name, IPAddress? Destination);
