using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>What expires, on the wire.</summary>
internal static class ExpiringShapes
{
    public static IReadOnlyList<ExpiringPort> ToWire(this ImmutableArray<ExpiringRule> all, bool awsQuirks) =>
        [.. all.OrderBy(one => one.At).Select(one => new ExpiringPort { PortState = one.Rule.ToPortState(awsQuirks), ExpiresAt = one.At, OpenedBy = one.OpenedBy })];

    /// <summary>What keeps the host of an instance from closing by itself what has expired.</summary>
    public static IEnumerable<string> Notes(HostLoop host) => host.Status is { ClosesExpired: false } status
        ? [$"the agent of the host {host.Host} is {status.Version ?? "older than this server"} and closes what has expired only while it reaches the server: upgrade it"]
        : [];
}
