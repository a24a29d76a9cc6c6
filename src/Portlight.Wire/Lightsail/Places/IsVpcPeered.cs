namespace Portlight.Wire.Lightsail;

/// <summary>Asks whether the region is peered with the account's default VPC.</summary>
public sealed record IsVpcPeeredRequest;

/// <summary>The answer to <see cref="IsVpcPeeredRequest"/>.</summary>
public sealed record IsVpcPeeredResponse
{
    public required bool IsPeered { get; init; }
}
