namespace Portlight.Wire.PortlightApi;

/// <summary>Lists the accounts of this installation.</summary>
public sealed record ListAccountsRequest
{
    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="ListAccountsRequest"/>.</summary>
public sealed record ListAccountsResponse
{
    public required IReadOnlyList<Account> Accounts { get; init; }

    public string? NextPageToken { get; init; }
}
