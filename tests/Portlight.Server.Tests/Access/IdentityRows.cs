using System.Text;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.TestKit;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Access;

/// <summary>Identities put into the store as the IAM operations leave them, and sessions as STS makes them.</summary>
internal static class IdentityRows
{
    public const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    public static async Task<User> AddUserAsync(this ServerHarness server, string name, string id = "AIDAAAAAAAAAAAAAAAAA1", Func<User, User>? with = null)
    {
        var user = new User { AccountId = server.Scope.AccountId, Name = name, Path = "/ops/", Id = id, CreatedAt = server.Clock.GetUtcNow() };
        user = with is null ? user : with(user);
        await server.ChangeAsync(changes => changes.Save(user));
        return user;
    }

    public static async Task<Role> AddRoleAsync(this ServerHarness server, string name, string trust = "{}", string id = "AROAAAAAAAAAAAAAAAAA1", Func<Role, Role>? with = null)
    {
        var role = new Role { AccountId = server.Scope.AccountId, Name = name, Path = "/ci/", Id = id, CreatedAt = server.Clock.GetUtcNow(), TrustPolicy = trust };
        role = with is null ? role : with(role);
        await server.ChangeAsync(changes => changes.Save(role));
        role = server.Bound(role); // it may name itself
        await server.ChangeAsync(changes => changes.Save(role));
        return role;
    }

    /// <summary>The role with the ids of those whom its trust policy names now.</summary>
    public static Role Bound(this ServerHarness server, Role role) => role with
    {
        TrustedIds = PolicyDocument.TryParse(role.TrustPolicy, PolicyKind.Trust, out var trust, out _) ? TrustedIds.Of(server.Server.Store.View, trust) : IdentityDefaults.TrustedIds,
    };

    /// <summary>An access key of a user, or of the root for null, with <see cref="Secret"/>.</summary>
    public static async Task<AwsCredentials> AddKeyAsync(this ServerHarness server, string? userName, string id, bool isActive = true)
    {
        await server.ChangeAsync(changes => changes.Save(new AccessKey(id, server.Scope.AccountId, userName, server.Server.Secrets.Seal(Encoding.UTF8.GetBytes(Secret)), isActive, server.Clock.GetUtcNow())
        {
            UserId = userName is null ? null : server.Server.Store.View.FindUser(server.Scope.AccountId, userName)?.Id,
        }));
        return new AwsCredentials(id, Secret);
    }

    public static Task ChangeAsync(this ServerHarness server, Action<Storage.Changes> change) => server.Server.Store.SaveAsync(
        (_, changes) =>
        {
            change(changes);
            return true;
        },
        TestContext.Current.CancellationToken);

    /// <summary>Credentials of a session that STS could have made.</summary>
    public static AwsCredentials SessionOf(this ServerHarness server, SessionKind kind, string name, string id, string originKeyId, SessionTerms? terms = null, TimeSpan? lives = null)
    {
        var session = new Session
        {
            Kind = kind,
            AccessKeyId = TemporaryKeys.NewId(server.Scope.AccountId),
            Secret = TemporaryKeys.NewSecret(),
            AccountId = server.Scope.AccountId,
            Name = name,
            Id = id,
            SessionName = kind == SessionKind.Role ? "build-7" : "",
            OriginKeyId = originKeyId,
            IssuedAt = server.Clock.GetUtcNow(),
            ExpiresAt = server.Clock.GetUtcNow() + (lives ?? TimeSpan.FromHours(1)),
            Terms = terms ?? SessionTerms.None,
        };
        return new AwsCredentials(session.AccessKeyId, session.Secret, server.Server.Sessions.Seal(session, SessionFormat.Pack(session.Terms)));
    }
}
