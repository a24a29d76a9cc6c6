namespace Portlight.Wire.PortlightApi;

/// <summary>Makes an account with a root access key, which is in the answer and nowhere else.</summary>
public sealed record CreateAccountRequest
{
    public string? AccountId { get; init; }
}

/// <summary>The answer to <see cref="CreateAccountRequest"/>.</summary>
public sealed record CreateAccountResponse
{
    public required Account Account { get; init; }

    public required string AccessKeyId { get; init; }

    public required string SecretAccessKey { get; init; }
}
