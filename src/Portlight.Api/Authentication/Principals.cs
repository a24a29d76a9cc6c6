using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.Storage;

namespace Portlight.Api;

/// <summary>
/// The policies that decide what a user or a role may do, from rows: its own, inline and attached, then those of its groups; and its boundary. What a row says
/// is parsed once, for as long as the row stays the same: a change makes another row, and holds for the next request.
/// </summary>
internal sealed class Principals(ILogger<Principals> log)
{
    private readonly CompiledPolicies _compiled = new(log);

    // By the identity's row; what it names is looked at again each time.
    private readonly ConditionalWeakTable<object, PolicyResolution> _resolved = [];

    public PrincipalPolicies Of(IStoreView view, User user) => Remembered(view, user) ?? Remember(user, Resolve(view, user));

    public PrincipalPolicies Of(IStoreView view, Role role)
    {
        if (Remembered(view, role) is { } known)
        {
            return known;
        }

        var resolution = new PolicyResolution(view, role.AccountId, _compiled);
        resolution.Add(_compiled.Inline(role), role.AttachedPolicies);
        return Remember(role, resolution.Finish(role.BoundaryArn));
    }

    /// <summary>What membership in a group gives.</summary>
    public PrincipalPolicies Of(IStoreView view, Group group)
    {
        if (Remembered(view, group) is { } known)
        {
            return known;
        }

        var resolution = new PolicyResolution(view, group.AccountId, _compiled);
        resolution.Add(_compiled.Inline(group), group.AttachedPolicies);
        return Remember(group, resolution.Finish(boundaryArn: null));
    }

    /// <summary>A role's policies, narrowed by those of one session.</summary>
    public PrincipalPolicies Of(IStoreView view, Role role, Session session)
    {
        var policies = Of(view, role);
        return session.Terms.HasPolicies ? policies with { Session = [.. _compiled.Inline(session), .. session.Terms.PolicyArns.Select(arn => Managed(view, role.AccountId, arn))] } : policies;
    }

    /// <summary>The callers that may assume the role; null for nobody.</summary>
    public PolicyDocument? TrustOf(Role role) => _compiled.TrustOf(role);

    /// <summary>A managed policy by its ARN, as it holds now; one that denies everything when there is none of that ARN in the account and AWS has none either.</summary>
    public Policy Managed(IStoreView view, string accountId, string arn) =>
        FindManaged(view, accountId, arn) is { } row ? _compiled.Of(row) : _compiled.Missing(arn, PolicySource.UserManaged);

    /// <summary>The row of a managed policy that an account can attach: its own, or one of AWS's.</summary>
    public static ManagedPolicy? FindManaged(IStoreView view, string accountId, string arn)
    {
        if (BuiltInPolicies.TryFind(arn, out var builtIn))
        {
            return builtIn;
        }

        // The name alone finds the row; the rest of the ARN has to be right too.
        var row = view.FindManagedPolicy(accountId, arn[(arn.LastIndexOf('/') + 1)..]);
        return row is not null && row.Arn == arn ? row : null;
    }

    private PolicyResolution Resolve(IStoreView view, User user)
    {
        var resolution = new PolicyResolution(view, user.AccountId, _compiled);
        resolution.Add(_compiled.Inline(user), user.AttachedPolicies);
        foreach (var name in user.Groups)
        {
            resolution.AddGroup(name);
        }

        return resolution.Finish(user.BoundaryArn);
    }

    private PrincipalPolicies? Remembered(IStoreView view, object row) => _resolved.TryGetValue(row, out var known) && known.Holds(view) ? known.Policies : null;

    private PrincipalPolicies Remember(object row, PolicyResolution resolution)
    {
        _resolved.AddOrUpdate(row, resolution);
        return resolution.Policies;
    }
}
