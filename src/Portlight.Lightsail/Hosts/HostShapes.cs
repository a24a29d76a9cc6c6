using System.Reflection;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Hosts and their agents on the wire.</summary>
internal static class HostShapes
{
    public static string Version { get; } =
        typeof(HostShapes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static HostSummary ToWire(this Host host, Services services) => new()
    {
        HostName = host.Name,
        Arn = HostName.Arn(services.Home.AccountId, host.Name),
        AvailabilityZone = host.Zone,
        State = host.State.Named(),
        CreatedAt = host.CreatedAt,
        JoinedAt = host.JoinedAt,
        CertificateExpiresAt = host.Certificates.IsDefaultOrEmpty ? null : host.Certificates[^1].ExpiresAt,
        TokenExpiresAt = host.Token is { UsedFor: null } token && token.ExpiresAt > services.Clock.GetUtcNow() ? token.ExpiresAt : null,
        Agent = services.Hosts.Of(host.Name).ToWire(services),
    };

    private static string Named(this HostState state) => state.ToString().ToLowerInvariant();

    public static AgentStatus ToWire(this HostLoop host, Services services)
    {
        var (status, contact, away) = (host.Status, host.Contact, host.AwaySince);
        var isLocal = host.Host == HostName.Local;
        return new AgentStatus
        {
            Host = isLocal ? Environment.MachineName : host.Host,
            HostName = host.Host,
            Version = status?.Version ?? (isLocal ? Version : "unknown"),
            KernelVersion = status?.KernelRelease,
            BridgeProblem = status?.BridgeProblem,
            HostState = isLocal ? null : host.Stored?.State.Named(),
            OtherServer = host.Elsewhere is { } link ? services.Hosts.Servers.AgentsOf(link.Server).FirstOrDefault()?.GetLeftPart(UriPartial.Authority) : null,
            KeyProblem = host.Telling.Arrivals.Problem,
            IsConnected = contact.FailingSince is null && away is null,
            LastSeenAt = away ?? contact.LastWord,
            LastSynchronisedAt = status?.LastSynchronised,
            FailingSince = away is null ? contact.FailingSince : null,
            AppliedRevision = services.Store.View.AppliedOn(host.Host),
            WantedRevision = host.Wanted,
            AwaySince = away,
            ClockOffsetMilliseconds = (long?)status?.ClockOffset?.TotalMilliseconds,
            DriftRepairs = status?.DriftRepairs ?? 0,
            LastDriftAt = status?.LastDrift,
            Protection = status?.Protection,
            LastError = status?.LastProblem,
        };
    }
}
