using System.Net;

namespace Portlight.Api;

/// <summary>Where a request came from.</summary>
/// <param name="Source">The client's address; behind a trusted proxy the one that the proxy names.</param>
/// <param name="UserAgent">As the client calls itself; null when it does not.</param>
/// <param name="IsSecure">Whether it came by TLS, to us or to a trusted proxy.</param>
internal sealed record RequestOrigin(IPAddress? Source, string? UserAgent, bool IsSecure)
{
    /// <summary>Whether a proxy has passed it on, whose connections carry requests of several accounts.</summary>
    public bool IsPassedOn { get; init; }

    public static RequestOrigin Unknown { get; } = new(null, null, false);
}
