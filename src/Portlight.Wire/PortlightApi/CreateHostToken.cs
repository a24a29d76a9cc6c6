using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>Makes a token by which one machine may join as the host of this name, which is made where there is none. A token that it had before is of no use any more.</summary>
public sealed record CreateHostTokenRequest
{
    public string? HostName { get; init; }

    /// <summary>The zone whose lab instances it may get; the first one of the installation's own region when it is not given for a new host.</summary>
    public string? AvailabilityZone { get; init; }
}

/// <summary>The answer to <see cref="CreateHostTokenRequest"/>. The token is in it and nowhere else.</summary>
public sealed record CreateHostTokenResponse
{
    public required HostSummary Host { get; init; }

    public required string Token { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset ExpiresAt { get; init; }
}
