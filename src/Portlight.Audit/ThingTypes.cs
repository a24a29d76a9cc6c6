using System.Text;

namespace Portlight.Audit;

/// <summary>
/// The kinds of things that calls are about, by CloudFormation's names as CloudTrail has them: how their ARNs begin, and which parameters of a request name one. A new kind takes its line here.
/// </summary>
internal static class ThingTypes
{
    private static readonly (string Type, string? Arn, string[] Parameters)[] All =
    [
        ("AWS::Lightsail::Instance", "lightsail:Instance", ["instanceName", "instanceNames"]),
        ("AWS::Lightsail::StaticIp", "lightsail:StaticIp", ["staticIpName"]),
        ("AWS::Lightsail::KeyPair", "lightsail:KeyPair", ["keyPairName"]),
        ("Portlight::Host", "portlight:host", ["hostName"]),
        ("AWS::IAM::User", "iam:user", ["userName"]),
        ("AWS::IAM::Group", "iam:group", ["groupName"]),
        ("AWS::IAM::Role", "iam:role", ["roleName", "roleArn"]),
        ("AWS::IAM::Policy", "iam:policy", ["policyName", "policyArn"]),
        ("AWS::IAM::AccessKey", null, ["accessKeyId"]),
    ];

    private static readonly (byte[] Parameter, string Type)[] ByParameter = [.. All.SelectMany(kind => kind.Parameters.Select(parameter => (Encoding.UTF8.GetBytes(parameter), kind.Type)))];

    /// <summary>Names a thing of a kind that the parameter does not tell (TagResource).</summary>
    public static ReadOnlySpan<byte> OfAnyKind => "resourceName"u8;

    /// <summary>What a parameter names; null for one that names nothing.</summary>
    public static string? OfParameter(ReadOnlySpan<byte> parameter)
    {
        foreach (var (name, type) in ByParameter)
        {
            if (parameter.SequenceEqual(name))
            {
                return type;
            }
        }

        return null;
    }

    /// <summary>The same of a fact of an event that no call made: a user among those is one of the machine.</summary>
    public static string? OfFact(ReadOnlySpan<byte> fact) => OfParameter(fact) is { } type and ("AWS::Lightsail::Instance" or "Portlight::Host") ? type : null;

    /// <summary><c>AWS::Lightsail::Instance</c> of <c>arn:aws:lightsail:…:Instance/…</c>; null for what is none of them.</summary>
    public static string? OfArn(string arn)
    {
        Span<Range> parts = stackalloc Range[6];
        var text = arn.AsSpan();
        if (text.Split(parts, ':') != 6)
        {
            return null;
        }

        var service = text[parts[2]];
        var resource = text[parts[5]];
        var kind = resource.IndexOf('/') is > 0 and var slash ? resource[..slash] : [];
        foreach (var (type, begins, _) in All)
        {
            if (begins is not null && begins.Length == service.Length + 1 + kind.Length && begins.AsSpan().StartsWith(service) && begins[service.Length] == ':' && begins.AsSpan().EndsWith(kind))
            {
                return type;
            }
        }

        return null;
    }
}
