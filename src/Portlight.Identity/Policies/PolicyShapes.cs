using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Managed policies and their versions as answers show them.</summary>
internal static class PolicyShapes
{
    /// <summary>Where a policy stands in lists: the account's own by name, then AWS's.</summary>
    public static string Place(ManagedPolicy policy) => (policy.AccountId == BuiltInPolicies.Owner ? "b/" : "a/") + policy.Name.ToLowerInvariant();

    /// <summary>The two parts of lists: the account's own policies, then AWS's.</summary>
    public static IReadOnlyList<IamWalkPart<ManagedPolicy>> Parts(IStoreView view, string accountId) =>
    [
        new("a/", (after, limit) => view.ListManagedPolicies(accountId, after, limit), policy => policy.Name),
        new("b/", BuiltInAfter, policy => policy.Name),
    ];

    /// <summary>AWS's own, in ordinal order of their names in lower case.</summary>
    public static IReadOnlyList<ManagedPolicy> BuiltInAfter(string after, int limit) =>
    [
        .. BuiltInPolicies.All.OrderBy(policy => policy.Name.ToLowerInvariant(), StringComparer.Ordinal).Where(policy => string.CompareOrdinal(policy.Name.ToLowerInvariant(), after) > 0).Take(limit),
    ];

    /// <summary>About how long a policy is where all its versions are shown with their documents, percent-encoded.</summary>
    public static int LengthOf(ManagedPolicy policy) => 1_000 + policy.Versions.Sum(version => 200 + (2 * version.Document.Length));

    /// <summary>As it stands in lists: without description and tags.</summary>
    public static void Listed(this XmlAnswer answer, ManagedPolicy policy, PolicyUsage usage) => Policy(answer, policy, usage, isWhole: false);

    public static void Policy(this XmlAnswer answer, ManagedPolicy policy, PolicyUsage usage) => answer.Structure("Policy", () =>
    {
        Policy(answer, policy, usage, isWhole: true);
        answer.List("Tags", policy.Tags, answer.Tag);
    });

    public static void Attached(this XmlAnswer answer, ManagedPolicy policy)
    {
        answer.Text("PolicyName", policy.Name);
        answer.Text("PolicyArn", policy.Arn);
    }

    /// <summary>A version; its document only where one version is asked for.</summary>
    public static void Version(this XmlAnswer answer, ManagedPolicy policy, ManagedPolicyVersion version, bool withDocument)
    {
        if (withDocument)
        {
            answer.Text("Document", Documents.ForAnswer(version.Document));
        }

        answer.Text("VersionId", version.Id);
        answer.Flag("IsDefaultVersion", version.Number == policy.DefaultVersion);
        answer.Time("CreateDate", version.CreatedAt);
    }

    private static void Policy(XmlAnswer answer, ManagedPolicy policy, PolicyUsage usage, bool isWhole)
    {
        answer.Text("PolicyName", policy.Name);
        answer.Text("PolicyId", policy.Id);
        answer.Text("Arn", policy.Arn);
        answer.Text("Path", policy.Path);
        answer.Text("DefaultVersionId", policy.Default.Id);
        answer.Number("AttachmentCount", usage.Attachments(policy.Arn));
        answer.Number("PermissionsBoundaryUsageCount", usage.Boundaries(policy.Arn));
        answer.Flag("IsAttachable", true);
        answer.Text("Description", isWhole ? policy.Description : null);
        answer.Time("CreateDate", policy.CreatedAt);
        answer.Time("UpdateDate", policy.UpdatedAt);
    }
}
