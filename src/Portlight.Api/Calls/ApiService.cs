using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Api;

/// <summary>One of the AWS services that are spoken on the one endpoint.</summary>
/// <param name="SigningName">The service of a signature's credential scope.</param>
/// <param name="ActionPrefix">What stands before the colon of an action in policies, <c>lightsail</c>.</param>
/// <param name="EventSource">The service's name in the audit log, as CloudTrail has it.</param>
/// <param name="TargetPrefix">What stands before the operation in <c>X-Amz-Target</c>; null for a service of the Query protocol.</param>
/// <param name="XmlNamespace">Of a Query service's answers; null for a JSON service.</param>
/// <param name="Version">Version of a Query service's API.</param>
internal sealed record ApiService(string SigningName, string ActionPrefix, string EventSource, string? TargetPrefix, string? XmlNamespace = null, string? Version = null)
{
    public static ApiService Lightsail { get; } = new("lightsail", "lightsail", "lightsail.amazonaws.com", LightsailOperations.TargetPrefix + ".");

    public static ApiService Portlight { get; } = new("lightsail", "portlight", "portlight", PortlightOperations.TargetPrefix + ".");

    public static ApiService CloudTrail { get; } = new("cloudtrail", "cloudtrail", "cloudtrail.amazonaws.com", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.")
    {
        ShortTargetPrefix = "CloudTrail_20131101.",
    };

    public static ApiService Iam { get; } = new("iam", "iam", "iam.amazonaws.com", TargetPrefix: null, "https://iam.amazonaws.com/doc/2010-05-08/", "2010-05-08");

    public static ApiService Sts { get; } = new("sts", "sts", "sts.amazonaws.com", TargetPrefix: null, "https://sts.amazonaws.com/doc/2011-06-15/", "2011-06-15");

    private static ApiService[] All { get; } = [Lightsail, Portlight, CloudTrail, Iam, Sts];

    /// <summary>What SDKs that are made from the Smithy model (JavaScript v3, Go v2, Rust, Kotlin, Swift) write instead of it; null where that is the same.</summary>
    public string? ShortTargetPrefix { get; init; }

    /// <summary>Every prefix that is taken; none of a Query service.</summary>
    public IEnumerable<string> TargetPrefixes => new[] { TargetPrefix, ShortTargetPrefix }.OfType<string>();

    /// <summary>The service whose API has that version; IAM where none has, because some service has to give an error its namespace.</summary>
    public static ApiService OfVersion(string? version) => Array.Find(All, service => service.Version is not null && service.Version == version) ?? Iam;

    /// <summary>The service and the operation that a target names; null for a target that begins with no service's prefix.</summary>
    public static (ApiService Service, string Operation)? OfTarget(string target)
    {
        foreach (var service in All)
        {
            foreach (var prefix in service.TargetPrefixes)
            {
                if (target.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return (service, target[prefix.Length..]);
                }
            }
        }

        return null;
    }

    public bool SpeaksQuery => TargetPrefix is null;

    /// <summary>
    /// Whether it answers for every region that AWS has, opened here or not: identities are an account's, and the log of a region that is not open is empty.
    /// </summary>
    public bool IsForEveryRegion => this == Iam || this == Sts || this == CloudTrail;
}
