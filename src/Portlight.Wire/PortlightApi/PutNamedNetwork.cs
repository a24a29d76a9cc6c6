namespace Portlight.Wire.PortlightApi;

/// <summary>Gives a name to addresses, or other addresses to a name. No rule changes by it.</summary>
public sealed record PutNamedNetworkRequest
{
    /// <summary>A letter, then letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, 64 at most; found whatever its case. No alias of a source list.</summary>
    public string? NetworkName { get; init; }

    public IReadOnlyList<string>? Cidrs { get; init; }

    public IReadOnlyList<string>? Ipv6Cidrs { get; init; }
}

/// <summary>The answer to <see cref="PutNamedNetworkRequest"/>.</summary>
public sealed record PutNamedNetworkResponse
{
    public required NamedNetwork Network { get; init; }
}
