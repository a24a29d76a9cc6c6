namespace Portlight.Iam.Matching;

/// <summary>
/// The <c>Principal</c> of a trust policy's statement. Services and federated identities are read and match nobody: neither exists here.
/// </summary>
internal sealed class PrincipalSet
{
    private readonly HashSet<string> accounts = new(StringComparer.Ordinal);
    private readonly HashSet<string> arns = new(StringComparer.Ordinal);

    public bool IsEverybody { get; set; }

    public void AddAccount(string id) => accounts.Add(id);

    public void AddArn(string arn) => arns.Add(arn);

    /// <summary>By its own ARN or its role's, not just by its account.</summary>
    public bool Names(TrustedCaller caller) => arns.Contains(caller.Arn) || (caller.RoleArn is { } role && arns.Contains(role));

    public bool Contains(TrustedCaller caller) => IsEverybody || accounts.Contains(caller.AccountId) || Names(caller);
}
