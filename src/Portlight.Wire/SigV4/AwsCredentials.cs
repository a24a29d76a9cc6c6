namespace Portlight.Wire.SigV4;

/// <summary>An access key. Printing it shows the id alone, so that no log line can carry the secret by accident.</summary>
public sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null)
{
    public override string ToString() => $"AwsCredentials {{ AccessKeyId = {AccessKeyId} }}";
}
