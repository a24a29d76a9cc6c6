namespace Portlight.Server.Operations.Iam;

/// <summary>IAM's quotas, as AWS has them for a new account (IAM user guide, IAM and STS quotas). Sizes are in characters without white space.</summary>
internal static class Quotas
{
    public const int Users = 5000;

    public const int Groups = 300;

    public const int Roles = 1000;

    public const int ManagedPolicies = 1500;

    public const int AccessKeys = 2;

    public const int GroupsPerUser = 10;

    public const int AttachedPolicies = 10;

    public const int PolicyVersions = 5;

    public const int Tags = 50;

    /// <summary>All inline policies of one user together.</summary>
    public const int UserPolicySize = 2048;

    /// <summary>All inline policies of one group together.</summary>
    public const int GroupPolicySize = 5120;

    /// <summary>All inline policies of one role together.</summary>
    public const int RolePolicySize = 10_240;

    public const int ManagedPolicySize = 6144;

    public const int TrustPolicySize = 2048;

    /// <summary>A text's size as the quotas count it.</summary>
    public static int SizeOf(string document) => document.Count(character => !char.IsWhiteSpace(character));
}
