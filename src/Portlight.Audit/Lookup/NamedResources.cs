namespace Portlight.Audit;

/// <summary>Which parameters of a request name things, and of what type: that is where CloudTrail takes an event's resources from.</summary>
internal static class NamedResources
{
    public static string? TypeOf(ReadOnlySpan<byte> parameter) => parameter switch
    {
        _ when parameter.SequenceEqual("instanceName"u8) || parameter.SequenceEqual("instanceNames"u8) => "AWS::Lightsail::Instance",
        _ when parameter.SequenceEqual("staticIpName"u8) => "AWS::Lightsail::StaticIp",
        _ when parameter.SequenceEqual("keyPairName"u8) => "AWS::Lightsail::KeyPair",
        _ when parameter.SequenceEqual("hostName"u8) => "Portlight::Host",
        _ when parameter.SequenceEqual("userName"u8) => "AWS::IAM::User",
        _ when parameter.SequenceEqual("groupName"u8) => "AWS::IAM::Group",
        _ when parameter.SequenceEqual("roleName"u8) || parameter.SequenceEqual("roleArn"u8) => "AWS::IAM::Role",
        _ when parameter.SequenceEqual("policyName"u8) || parameter.SequenceEqual("policyArn"u8) => "AWS::IAM::Policy",
        _ when parameter.SequenceEqual("accessKeyId"u8) => "AWS::IAM::AccessKey",
        _ => null,
    };

    /// <summary>The same of a fact of an event that no call made: a user among those is one of the machine.</summary>
    public static string? TypeOfFact(ReadOnlySpan<byte> fact) => TypeOf(fact) is { } type and ("AWS::Lightsail::Instance" or "Portlight::Host") ? type : null;
}
