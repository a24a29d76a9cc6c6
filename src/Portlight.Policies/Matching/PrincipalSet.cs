namespace Portlight.Policies.Matching;

/// <summary>
/// The <c>Principal</c> of a trust policy's statement. Services and federated identities are read and match nobody: neither exists here.
/// </summary>
internal sealed class PrincipalSet
{
    private readonly HashSet<string> _accounts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _arns = new(StringComparer.Ordinal);
    private readonly List<TrustedPrincipal> _places = [];

    public bool IsEverybody { get; set; }

    public void AddAccount(string id) => _accounts.Add(id);

    public void AddArn(TrustedPrincipal named)
    {
        _arns.Add(named.Arn);
        _places.Add(named);
    }

    /// <summary>The users, roles and sessions that it names, each as often as it stands there.</summary>
    public IReadOnlyList<TrustedPrincipal> Named => _places;

    /// <summary>Itself or its role, not just its account: by unique id, whatever its name is now.</summary>
    public bool Names(TrustedCaller caller, IReadOnlyDictionary<string, string> ids)
    {
        foreach (var arn in _arns)
        {
            if (ids.TryGetValue(arn, out var id) && id == caller.Id && (!IsSession(arn) || arn == caller.Arn))
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="caller">The caller.</param>
    /// <param name="ids">The unique ids that ARNs were bound to.</param>
    /// <param name="isDeny">Whether it stands in a Deny, for which the name is enough: somebody new of that name must not slip through.</param>
    public bool Contains(TrustedCaller caller, IReadOnlyDictionary<string, string> ids, bool isDeny) =>
        IsEverybody || _accounts.Contains(caller.AccountId) || Names(caller, ids) || (isDeny && (_arns.Contains(caller.Arn) || (caller.RoleArn is { } role && _arns.Contains(role))));

    private static bool IsSession(string arn) => arn.StartsWith("arn:aws:sts:", StringComparison.Ordinal);
}
