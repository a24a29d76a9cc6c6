using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>Exchanges the access key that signs the call for credentials that end by themselves, for a console. IAM takes them, which it does not those of GetSessionToken.</summary>
public sealed record SignInRequest
{
    /// <summary>900 to 43200; without it as long as it may: twelve hours of a user, one of a root, whatever is asked for.</summary>
    public int? DurationSeconds { get; init; }
}

/// <summary>The answer to <see cref="SignInRequest"/>. The secret is in it and nowhere else.</summary>
public sealed record SignInResponse
{
    /// <summary>The ARN of the caller.</summary>
    public required string Arn { get; init; }

    public required string AccountId { get; init; }

    public required SessionCredentials Credentials { get; init; }
}

/// <summary>A temporary access key.</summary>
public sealed record SessionCredentials
{
    public required string AccessKeyId { get; init; }

    public required string SecretAccessKey { get; init; }

    public required string SessionToken { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"SessionCredentials {{ AccessKeyId = {AccessKeyId} }}";
}
