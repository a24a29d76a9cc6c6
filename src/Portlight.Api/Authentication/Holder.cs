using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Api;

/// <summary>The holder of credentials, as the rows are now: a key's account and user, a session's account and user or role.</summary>
internal sealed record Holder
{
    public Account? Account { get; private init; }

    public User? User { get; private init; }

    public Role? Role { get; private init; }

    public Session? Session { get; private init; }

    /// <summary>Why the credentials are no longer valid; null when they stand for somebody.</summary>
    public string? Gone { get; private init; }

    /// <summary>Whether it is a user's row that is not there.</summary>
    public bool IsUserMissing { get; private init; }

    /// <summary>The long-term key that the credentials are or began with.</summary>
    public required string OriginKeyId { get; init; }

    public static Holder Of(IStoreView view, AccessKey key)
    {
        var account = view.FindAccount(key.AccountId);
        var user = key.UserName is { } name && view.FindUser(key.AccountId, name) is { } named && named.Id == key.UserId ? named : null;
        return new Holder
        {
            Account = account,
            User = user,
            OriginKeyId = key.Id,
            IsUserMissing = key.UserName is not null && user is null,
            Gone = Closed(account, key.AccountId) ?? (key.UserName is { } lost && user is null ? Lost($"the user {lost} of the account {key.AccountId}") : null),
        };
    }

    public static Holder Of(IStoreView view, Session session)
    {
        var account = view.FindAccount(session.AccountId);
        var role = session.Kind == SessionKind.Role ? view.FindRole(session.AccountId, session.Name) : null;
        var user = session.Kind != SessionKind.Role && session.Name.Length > 0 ? view.FindUser(session.AccountId, session.Name) : null;
        return new Holder
        {
            Account = account,
            Role = role,
            User = user,
            Session = session,
            OriginKeyId = session.OriginKeyId,
            Gone = Closed(account, session.AccountId) ?? (session.Kind == SessionKind.Role ? LostRole(role, session) : LostCaller(view, user, session)),
        };
    }

    /// <summary>The principal, with everything that decides what it may do.</summary>
    public Principal ToPrincipal(IStoreView view, Principals principals, string accessKeyId)
    {
        var found = new Principal
        {
            Type = PrincipalType.Account,
            AccountId = Account!.Id,
            AccessKeyId = accessKeyId,
            OriginKeyId = OriginKeyId,
            Arn = $"arn:aws:iam::{Account.Id}:root",
            UserId = Account.Id,
            SessionIssuedAt = Session?.IssuedAt,
            SessionTerms = Session?.Terms ?? SessionTerms.None,
            IsConsoleSession = Session?.Kind == SessionKind.Console,
            OwnsInstallation = Account.IsOwner,
        };
        if (User is not null)
        {
            return found with { Type = PrincipalType.User, Arn = User.Arn, UserId = User.Id, UserName = User.Name, Tags = User.Tags, Policies = principals.Of(view, User) };
        }

        return Role is null ? found : found with
        {
            Type = PrincipalType.AssumedRole,
            Arn = $"arn:aws:sts::{Account.Id}:assumed-role/{Role.Name}/{Session!.SessionName}",
            UserId = $"{Role.Id}:{Session.SessionName}",
            RoleArn = Role.Arn,
            Tags = Role.Tags.SetItems(Session.Terms.Tags),
            Policies = principals.Of(view, Role, Session),
        };
    }

    private static string? Closed(Account? account, string id) =>
        account is null or { State: AccountState.Closed } ? $"the account {id} is closed; its credentials are no longer valid" : null;

    private static string? LostRole(Role? role, Session session) =>
        role?.Id == session.Id ? null : Lost($"the role {session.Name} of the account {session.AccountId} that the session was made for");

    private static string? LostCaller(IStoreView view, User? user, Session session)
    {
        if (session.Name.Length > 0 && user?.Id != session.Id)
        {
            return Lost($"the user {session.Name} of the account {session.AccountId} that the session was made for");
        }

        return view.FindAccessKey(session.OriginKeyId) is { IsActive: true }
            ? null
            : "the access key that the session was made with is deleted or inactive; its credentials are no longer valid";
    }

    private static string Lost(string who) => $"{who} is gone; its credentials are no longer valid";
}
