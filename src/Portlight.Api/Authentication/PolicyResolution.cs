using System.Collections.Immutable;
using Portlight.Policies;
using Portlight.Storage;

namespace Portlight.Api;

/// <summary>
/// The policies of one user, role or group as its row and the rows that it names gave them, and what those rows were: as long as the store has the very same
/// rows, the policies are the same, and nothing has to be put together again.
/// </summary>
internal sealed class PolicyResolution(IStoreView view, string accountId, CompiledPolicies compiled)
{
    private readonly ImmutableArray<Policy>.Builder _policies = ImmutableArray.CreateBuilder<Policy>();
    private readonly List<(string Name, object? Row)> _groups = [];
    private readonly List<(string Name, object? Row)> _managed = [];

    public PrincipalPolicies Policies { get; private set; } = PrincipalPolicies.None;

    public void Add(ImmutableArray<Policy> inline, ImmutableArray<string> attached)
    {
        _policies.AddRange(inline);
        foreach (var arn in attached)
        {
            _policies.Add(Managed(arn));
        }
    }

    public void AddGroup(string name)
    {
        var group = view.FindGroup(accountId, name);
        _groups.Add((Key(name), group));
        if (group is null)
        {
            _policies.Add(compiled.Missing($"group/{name}", PolicySource.Group));
        }
        else
        {
            Add(compiled.Inline(group), group.AttachedPolicies);
        }
    }

    public PolicyResolution Finish(string? boundaryArn)
    {
        var boundary = boundaryArn is null ? null : Managed(boundaryArn);
        Policies = new PrincipalPolicies(_policies.DrainToImmutable(), boundary);
        return this;
    }

    /// <summary>Whether every row that it was made of is still the store's.</summary>
    public bool Holds(IStoreView now)
    {
        foreach (var (name, row) in _managed)
        {
            if (!ReferenceEquals(now.FindManagedPolicy(accountId, name), row))
            {
                return false;
            }
        }

        foreach (var (name, row) in _groups)
        {
            if (!ReferenceEquals(now.FindGroup(accountId, name), row))
            {
                return false;
            }
        }

        return true;
    }

    private Policy Managed(string arn)
    {
        if (BuiltInPolicies.TryFind(arn, out var builtIn))
        {
            return compiled.Of(builtIn);
        }

        // The name alone finds the row; the rest of the ARN has to be right too.
        var name = arn[(arn.LastIndexOf('/') + 1)..];
        var row = view.FindManagedPolicy(accountId, name);
        _managed.Add((Key(name), row));
        return row is not null && row.Arn == arn ? compiled.Of(row) : compiled.Missing(arn, PolicySource.UserManaged);
    }

    /// <summary>The store finds names whatever their case; in lower case it finds them without making the text anew.</summary>
    private static string Key(string name) => name.ToLowerInvariant();
}
