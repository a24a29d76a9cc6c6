namespace Portlight.Domain;

/// <summary>When and for what an access key was last used, to the minute.</summary>
/// <param name="AccessKeyId">The key.</param>
/// <param name="At">The time of the request.</param>
/// <param name="Service">The signing name, <c>lightsail</c>.</param>
/// <param name="Region">The region of the credential scope.</param>
public sealed record AccessKeyUse(string AccessKeyId, DateTimeOffset At, string Service, string Region);
