namespace Portlight.Wire.SigV4;

/// <summary>What a signature is good for: one day (yyyyMMdd), one region, one service.</summary>
public sealed record CredentialScope(string Date, string Region, string Service)
{
    public const string Terminator = "aws4_request";

    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";
}
