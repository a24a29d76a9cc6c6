using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>
/// Binds those whom a trust policy names to their unique ids, when the policy is put: one that is made later with the name of one that was trusted is not trusted
/// (IAM user guide, principal; decisions/0050).
/// </summary>
internal static class TrustedIds
{
    /// <summary>The ids of those that there are.</summary>
    public static ImmutableSortedDictionary<string, string> Of(IStoreView view, PolicyDocument trust) => IdentityDefaults.TrustedIds.SetItems(
        from named in trust.TrustedPrincipals
        let id = Find(view, named.Arn)
        where id is not null
        select KeyValuePair.Create(named.Arn, id));

    /// <summary>
    /// The same for a policy that is being put. One that the account does not have is refused, in AWS's words; one that another account does not have is not, because the
    /// refusal would tell: such an ARN lets nobody in, also later.
    /// </summary>
    /// <exception cref="IamException">MalformedPolicyDocument.</exception>
    public static ImmutableSortedDictionary<string, string> Require(IStoreView view, string accountId, PolicyDocument trust)
    {
        var ids = Of(view, trust);
        return trust.TrustedPrincipals.FirstOrDefault(named => !ids.ContainsKey(named.Arn) && named.Arn.Split(':')[4] == accountId) is { } missing
            ? throw IamException.MalformedPolicyDocument($"Invalid principal in policy: \"AWS\":\"{missing.Arn}\"")
            : ids;
    }

    /// <summary>Binds the roles whose rows are older than the binding, once, to whom their policies name at this start.</summary>
    public static async Task BindOlderAsync(IStore store)
    {
        var view = store.View;
        var older = view.ListAccounts().SelectMany(account => view.ListRoles(account.Id)).Where(role => role.TrustedIds is null).ToList();
        if (older.Count == 0)
        {
            return;
        }

        await store.CommitAsync((now, changes) =>
        {
            foreach (var role in older)
            {
                // One that cannot be read lets nobody in.
                var isReadable = PolicyDocument.TryParse(role.TrustPolicy, PolicyKind.Trust, out var trust, out _);
                changes.Save(role with { TrustedIds = isReadable ? Of(now, trust!) : IdentityDefaults.TrustedIds });
            }

            return older.Count;
        });
    }

    private static string? Find(IStoreView view, string arn)
    {
        var parts = arn.Split(':', 6);
        var (account, kind, name) = (parts[4], parts[5][..parts[5].IndexOf('/', StringComparison.Ordinal)], parts[5][(parts[5].LastIndexOf('/') + 1)..]);
        return kind switch
        {
            "user" => view.FindUser(account, name) is { } user && user.Arn == arn ? user.Id : null,
            "role" => view.FindRole(account, name) is { } role && role.Arn == arn ? role.Id : null,
            "assumed-role" => parts[5].Split('/') is [_, var roleName, _] && view.FindRole(account, roleName) is { } role && role.Name == roleName ? role.Id : null,
            _ => null,
        };
    }
}
