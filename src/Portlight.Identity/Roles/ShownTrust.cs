using System.Text;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>
/// A role's trust policy as answers show it: a user or role of the account that is gone by its unique id, and a renamed user by its new ARN (IAM user guide,
/// principal). Those of other accounts stay as they were put: what becomes of them is not this account's to know.
/// </summary>
internal static class ShownTrust
{
    public static string Of(IStoreView view, Role role)
    {
        var changed = (role.TrustedIds ?? IdentityDefaults.TrustedIds)
            .Where(bound => bound.Key.StartsWith($"arn:aws:iam::{role.AccountId}:", StringComparison.Ordinal))
            .Select(bound => (Arn: bound.Key, Now: Now(view, role.AccountId, bound.Key, bound.Value)))
            .Where(bound => bound.Arn != bound.Now)
            .ToDictionary(bound => bound.Arn, bound => bound.Now);
        return changed.Count > 0 && PolicyDocument.TryParse(role.TrustPolicy, PolicyKind.Trust, out var trust, out _) ? Replace(role.TrustPolicy, trust, changed) : role.TrustPolicy;
    }

    private static string Now(IStoreView view, string accountId, string arn, string id)
    {
        var name = arn[(arn.LastIndexOf('/') + 1)..];
        var now = arn.Contains(":role/", StringComparison.Ordinal)
            ? view.FindRole(accountId, name) is { } role && role.Id == id ? role.Arn : null
            : (view.FindUser(accountId, name) is { } user && user.Id == id ? user : view.FindUserById(accountId, id))?.Arn;
        return now ?? id;
    }

    private static string Replace(string policy, PolicyDocument trust, Dictionary<string, string> changed)
    {
        var utf8 = Encoding.UTF8.GetBytes(policy);
        var shown = new StringBuilder(policy.Length);
        var at = 0;
        foreach (var named in trust.TrustedPrincipals.Where(named => changed.ContainsKey(named.Arn)).OrderBy(named => named.Start))
        {
            shown.Append(Encoding.UTF8.GetString(utf8, at, named.Start - at)).Append('"').Append(changed[named.Arn]).Append('"');
            at = named.End;
        }

        return shown.Append(Encoding.UTF8.GetString(utf8, at, utf8.Length - at)).ToString();
    }
}
