using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portlight.Domain;
using Portlight.Iam;
using Portlight.Storage;

namespace Portlight.Server.Access;

/// <summary>
/// The policies that decide what a user or a role may do, from rows: its own, inline and attached, then those of its groups; and its boundary. What a row says
/// is parsed once, for as long as the row stays the same: a change makes another row, and holds for the next request.
/// </summary>
internal sealed class Principals(ILogger<Principals> log)
{
    private readonly CompiledPolicies compiled = new(log);

    public PrincipalPolicies Of(IStoreView view, User user)
    {
        var policies = ImmutableArray.CreateBuilder<Policy>();
        policies.AddRange(compiled.Inline(user));
        AddAttached(policies, view, user.AccountId, user.AttachedPolicies);
        foreach (var name in user.Groups)
        {
            if (view.FindGroup(user.AccountId, name) is { } group)
            {
                policies.AddRange(compiled.Inline(group));
                AddAttached(policies, view, group.AccountId, group.AttachedPolicies);
            }
            else
            {
                policies.Add(compiled.Missing($"group/{name}", PolicySource.Group));
            }
        }

        return new PrincipalPolicies(policies.DrainToImmutable(), Boundary(view, user.AccountId, user.BoundaryArn));
    }

    public PrincipalPolicies Of(IStoreView view, Role role)
    {
        var policies = ImmutableArray.CreateBuilder<Policy>();
        policies.AddRange(compiled.Inline(role));
        AddAttached(policies, view, role.AccountId, role.AttachedPolicies);
        return new PrincipalPolicies(policies.DrainToImmutable(), Boundary(view, role.AccountId, role.BoundaryArn));
    }

    /// <summary>What membership in a group gives.</summary>
    public PrincipalPolicies Of(IStoreView view, Group group)
    {
        var policies = ImmutableArray.CreateBuilder<Policy>();
        policies.AddRange(compiled.Inline(group));
        AddAttached(policies, view, group.AccountId, group.AttachedPolicies);
        return new PrincipalPolicies(policies.DrainToImmutable());
    }

    /// <summary>A role's policies, narrowed by those of one session.</summary>
    public PrincipalPolicies Of(IStoreView view, Role role, Session session)
    {
        var policies = Of(view, role);
        return session.Terms.HasPolicies ? policies with { Session = [.. compiled.Inline(session), .. session.Terms.PolicyArns.Select(arn => Managed(view, role.AccountId, arn))] } : policies;
    }

    /// <summary>A managed policy by its ARN, as it holds now; one that denies everything when there is none of that ARN in the account and AWS has none either.</summary>
    public Policy Managed(IStoreView view, string accountId, string arn) =>
        FindManaged(view, accountId, arn) is { } row ? compiled.Of(row) : compiled.Missing(arn, PolicySource.UserManaged);

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

    private void AddAttached(ImmutableArray<Policy>.Builder policies, IStoreView view, string accountId, ImmutableArray<string> arns)
    {
        foreach (var arn in arns)
        {
            policies.Add(Managed(view, accountId, arn));
        }
    }

    private Policy? Boundary(IStoreView view, string accountId, string? arn) => arn is null ? null : Managed(view, accountId, arn);
}
