using Portlight.Storage;

namespace Portlight.Server.Operations.Iam;

/// <summary>How often managed policies are attached and how often they bound somebody, over all users, groups and roles of an account.</summary>
internal sealed class PolicyUsage
{
    private readonly Dictionary<string, int> attachments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> boundaries = new(StringComparer.Ordinal);

    private PolicyUsage()
    {
    }

    public static PolicyUsage None { get; } = new();

    public static PolicyUsage Of(IStoreView view, string accountId)
    {
        var usage = new PolicyUsage();
        usage.Count(view.ListUsers(accountId), UserKind.Instance);
        usage.Count(view.ListGroups(accountId), GroupKind.Instance);
        usage.Count(view.ListRoles(accountId), RoleKind.Instance);
        return usage;
    }

    public int Attachments(string arn) => attachments.GetValueOrDefault(arn);

    public int Boundaries(string arn) => boundaries.GetValueOrDefault(arn);

    private void Count<T>(IEnumerable<T> entities, IdentityKind<T> kind)
        where T : class
    {
        foreach (var entity in entities)
        {
            foreach (var arn in kind.AttachedOf(entity))
            {
                attachments[arn] = Attachments(arn) + 1;
            }

            if (kind.BoundaryOf(entity) is { } boundary)
            {
                boundaries[boundary] = Boundaries(boundary) + 1;
            }
        }
    }
}
