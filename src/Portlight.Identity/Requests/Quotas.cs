namespace Portlight.Identity;

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

    /// <summary>Users of a group that is renamed: of our own, because their rows are all written at once.</summary>
    public const int RenamedMembers = 100;

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

    /// <summary>White space is kept and not counted by the quotas; a document may have this many characters for each that its quota counts, all together.</summary>
    private const int RawPerCounted = 4;

    /// <summary>Whether documents exceed a quota: by what it counts, or by their whole length, which is stored, read and evaluated.</summary>
    /// <param name="documents">All that the quota is for.</param>
    /// <param name="quota">Characters without white space.</param>
    public static bool Exceeds(IEnumerable<string> documents, int quota) =>
        documents.Sum(document => (long)document.Length) is var raw && (raw > RawPerCounted * quota || (raw > quota && documents.Sum(SizeOf) > quota));

    /// <summary>A text's size as the quotas count it.</summary>
    private static int SizeOf(string document) => document.Count(character => !char.IsWhiteSpace(character));
}
