namespace Portlight.Wire.Lightsail;

/// <summary>Reads one operation by its id.</summary>
public sealed record GetOperationRequest
{
    public string? OperationId { get; init; }
}

/// <summary>The answer to <see cref="GetOperationRequest"/>.</summary>
public sealed record GetOperationResponse
{
    public required Operation Operation { get; init; }
}
