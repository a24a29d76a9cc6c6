namespace Portlight.Testing;

/// <summary>What a condition of a fault may look at: a call whose signature is right, before anything of it is carried out.</summary>
/// <param name="Operation">As <c>PutInstancePublicPorts</c>.</param>
/// <param name="AccessKeyId">The key that signed it.</param>
/// <param name="Body">The request as it came: JSON, or for IAM and STS a form.</param>
public sealed record FaultedCall(string Operation, string AccessKeyId, string Body);
