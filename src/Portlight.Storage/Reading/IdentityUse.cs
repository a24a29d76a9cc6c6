using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>
/// What users, groups and roles are asked for by: the group that a user is in, the policy that is attached to it, the policy that bounds it. Groups are found
/// whatever the case of their names.
/// </summary>
public readonly record struct IdentityUse
{
    private IdentityUse(string target) => Target = target;

    internal string Target { get; }

    public static IdentityUse OfGroup(string name) => new("group/" + name.ToLowerInvariant());

    public static IdentityUse OfPolicy(string arn) => new("policy/" + arn);

    public static IdentityUse OfBoundary(string arn) => new("boundary/" + arn);

    internal static IEnumerable<IdentityUse> Of(User? user) => user is null
        ? []
        : [.. user.Groups.Select(OfGroup), .. user.AttachedPolicies.Select(OfPolicy), .. Boundary(user.BoundaryArn)];

    internal static IEnumerable<IdentityUse> Of(Group? group) => group is null ? [] : group.AttachedPolicies.Select(OfPolicy);

    internal static IEnumerable<IdentityUse> Of(Role? role) => role is null ? [] : [.. role.AttachedPolicies.Select(OfPolicy), .. Boundary(role.BoundaryArn)];

    private static IEnumerable<IdentityUse> Boundary(string? arn) => arn is null ? [] : [OfBoundary(arn)];
}

/// <summary>The users of a group or a policy.</summary>
/// <param name="Kind"><c>user</c>, <c>group</c> or <c>role</c>.</param>
/// <param name="Name">Its name in lower case.</param>
public readonly record struct IdentityHolder(string Kind, string Name)
{
    internal string Text => $"{Kind}/{Name}";

    internal static IdentityHolder Read(string text) => text.IndexOf('/') is var slash ? new(text[..slash], text[(slash + 1)..]) : default;
}
