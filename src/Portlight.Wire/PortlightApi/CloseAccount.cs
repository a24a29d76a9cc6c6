namespace Portlight.Wire.PortlightApi;

/// <summary>Closes an account: its credentials then belong to no caller.</summary>
public sealed record CloseAccountRequest
{
    public string? AccountId { get; init; }
}

/// <summary>The answer to <see cref="CloseAccountRequest"/>.</summary>
public sealed record CloseAccountResponse
{
    public required Account Account { get; init; }
}
