namespace Portlight.Wire.Lightsail;

/// <summary>Adds or replaces tags of a resource.</summary>
public sealed record TagResourceRequest
{
    public string? ResourceName { get; init; }

    public string? ResourceArn { get; init; }

    public IReadOnlyList<Tag>? Tags { get; init; }
}

/// <summary>The answer to <see cref="TagResourceRequest"/>.</summary>
public sealed record TagResourceResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
