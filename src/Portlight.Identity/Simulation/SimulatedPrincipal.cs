using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>The user, group or role whose policies a simulation begins with.</summary>
internal sealed record SimulatedPrincipal(string Arn, string? UserName, string? UserId, string? Type, ImmutableSortedDictionary<string, string> Tags, PrincipalPolicies Policies)
{
    /// <summary>By its ARN; asked about before it is told whether it is there.</summary>
    /// <exception cref="LightsailException">The caller may not, or there is none.</exception>
    public static SimulatedPrincipal Find(IamRequest request, IStoreView view, Principals principals, string arn)
    {
        var slash = arn.LastIndexOf('/');
        var name = arn[(slash + 1)..];
        var found = KindOf(arn) switch
        {
            "user" => Of(view.FindUser(request.AccountId, name), principals, view),
            "group" => Of(view.FindGroup(request.AccountId, name), principals, view),
            "role" => Of(view.FindRole(request.AccountId, name), principals, view),
            _ => throw IamException.InvalidInput($"Invalid Entity Arn: {arn} does not clearly define entity type and name."),
        };
        var isThere = found is not null && found.Arn == arn;
        request.Call.Resource = arn;
        Authorization.Require(request.Call, new AccessQuestion(request.Action, arn) { ResourceTags = isThere ? found!.Tags.ForConditions() : null });
        return isThere ? found! : throw IamException.NoSuchEntity($"The {KindOf(arn)} with name {name} cannot be found.");
    }

    /// <summary>What <c>arn:aws:iam::111122223333:user/ops/alice</c> is the ARN of; null for what is no user, group or role.</summary>
    public static string? KindOf(string arn) => arn.Split(':', 6) is ["arn", "aws", "iam", "", { Length: 12 }, var resource] && resource.IndexOf('/') is > 0 and var slash && slash < resource.Length - 1
        ? resource[..slash] switch { "user" => "user", "group" => "group", "role" => "role", _ => null }
        : null;

    private static SimulatedPrincipal? Of(User? user, Principals principals, IStoreView view) => user is null ? null
        : new(user.Arn, user.Name, user.Id, nameof(PrincipalType.User), user.Tags, principals.Of(view, user));

    private static SimulatedPrincipal? Of(Group? group, Principals principals, IStoreView view) => group is null ? null
        : new(group.Arn, null, null, null, IdentityDefaults.Tags, principals.Of(view, group));

    private static SimulatedPrincipal? Of(Role? role, Principals principals, IStoreView view) => role is null ? null
        : new(role.Arn, null, null, nameof(PrincipalType.AssumedRole), role.Tags, principals.Of(view, role));
}
