using Portlight.Domain;
using Portlight.Storage;
using Portlight.TestKit;

namespace Portlight.Server.Tests;

/// <summary>Users, groups, roles and policies that the samples of the matrix name.</summary>
internal sealed class MatrixIdentities(ServerHarness server)
{
    private const string Nothing = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetAccountSummary","Resource":"*"}]}""";
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:TagSession"]}]}""";

    /// <summary>Puts the longer texts into a sample.</summary>
    public static string Fill(string sample, string account) => sample
        .Replace("{policy}", Uri.EscapeDataString(Nothing), StringComparison.Ordinal)
        .Replace("{trust}", Uri.EscapeDataString(Trust), StringComparison.Ordinal)
        .Replace("{arn}", $"arn:aws:iam::{account}:policy/target-{{n}}", StringComparison.Ordinal)
        .Replace("{bareArn}", $"arn:aws:iam::{account}:policy/bare-{{n}}", StringComparison.Ordinal)
        .Replace("{userArn}", $"arn:aws:iam::{account}:user/target-{{n}}", StringComparison.Ordinal)
        .Replace("{roleArn}", $"arn:aws:iam::{account}:role/target-{{n}}", StringComparison.Ordinal);

    /// <summary>Takes away what earlier cells had, or the account would be full.</summary>
    public Task AddAsync(int cell) => server.Server.Store.SaveAsync((view, changes) =>
    {
        var account = server.Scope.AccountId;
        Clear(view, changes, account);
        var now = server.Clock.GetUtcNow();
        var tags = IdentityDefaults.Tags.Add("team", "web");
        var inline = IdentityDefaults.Policies.Add("inline", Nothing);
        var arn = $"arn:aws:iam::{account}:policy/target-{cell}";
        foreach (var (name, isBare) in new[] { ($"target-{cell}", false), ($"bare-{cell}", true) })
        {
            string Id(string prefix) => $"{prefix}{(isBare ? "B" : "T")}{cell:D16}";
            changes.Save(new ManagedPolicy
            {
                AccountId = account,
                Name = name,
                Path = "/",
                Id = Id("ANPA"),
                CreatedAt = now,
                UpdatedAt = now,
                Tags = tags,
                Versions = isBare ? [new ManagedPolicyVersion(1, Nothing, now)] : [new ManagedPolicyVersion(1, Nothing, now), new ManagedPolicyVersion(2, Nothing, now)],
                DefaultVersion = 1,
                LastVersion = 2,
            });
            changes.Save(new Group { AccountId = account, Name = name, Path = "/", Id = Id("AGPA"), CreatedAt = now, InlinePolicies = isBare ? IdentityDefaults.Policies : inline, AttachedPolicies = isBare ? [] : [arn] });
            changes.Save(new User
            {
                AccountId = account,
                Name = name,
                Path = "/",
                Id = Id("AIDA"),
                CreatedAt = now,
                Tags = tags,
                Groups = isBare ? [] : [name],
                InlinePolicies = isBare ? IdentityDefaults.Policies : inline,
                AttachedPolicies = isBare ? [] : [arn],
                BoundaryArn = isBare ? null : arn,
            });
            changes.Save(new Role
            {
                AccountId = account,
                Name = name,
                Path = "/",
                Id = Id("AROA"),
                CreatedAt = now,
                TrustPolicy = Trust,
                Tags = tags,
                InlinePolicies = isBare ? IdentityDefaults.Policies : inline,
                AttachedPolicies = isBare ? [] : [arn],
                BoundaryArn = isBare ? null : arn,
            });
        }

        changes.Save(new AccessKey($"AKIATARGETTARGET{cell}", account, $"target-{cell}", server.Secrets.Seal("secret"u8), IsActive: true, now));
        return true;
    }, TestContext.Current.CancellationToken);

    private static void Clear(IStoreView view, Changes changes, string account)
    {
        foreach (var user in view.ListUsers(account))
        {
            changes.Remove(user);
        }

        foreach (var group in view.ListGroups(account))
        {
            changes.Remove(group);
        }

        foreach (var role in view.ListRoles(account))
        {
            changes.Remove(role);
        }

        foreach (var policy in view.ListManagedPolicies(account).Where(policy => policy.Name != AuthorisationMatrix.BoundaryName))
        {
            changes.Remove(policy);
        }
    }
}
