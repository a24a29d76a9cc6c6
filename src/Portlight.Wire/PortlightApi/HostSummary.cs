using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>A machine that runs an agent; its state is <c>joining</c>, <c>active</c>, <c>draining</c> or <c>revoked</c>.</summary>
public sealed record HostSummary
{
    public required string HostName { get; init; }

    public required string Arn { get; init; }

    /// <summary>The zone whose lab instances it may get.</summary>
    public required string AvailabilityZone { get; init; }

    public required string State { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a machine last joined as this host by a token; absent before, and for the server's own machine.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>When the newest certificate of the host ends.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? CertificateExpiresAt { get; init; }

    /// <summary>When the token that waits to be used ends; absent when none does.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? TokenExpiresAt { get; init; }

    public required AgentStatus Agent { get; init; }
}
