namespace Portlight.Server.Operations;

/// <summary>Whom a verified signature stands for, and the region that it was made for.</summary>
internal sealed record Principal(string AccountId, string Region, string AccessKeyId, string Arn, bool OwnsInstallation)
{
    /// <summary>Before the signature is verified.</summary>
    public static Principal Nobody { get; } = new("", "", "", "", false);
}
