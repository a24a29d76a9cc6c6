using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The rows that every request asks for.</summary>
internal sealed class RowCaches
{
    public RowCache<(Scope Scope, string Name), Instance> Instances { get; } = new(16_384);

    public RowCache<string, AccessKey> AccessKeys { get; } = new(4_096);

    public RowCache<string, Account> Accounts { get; } = new(4_096);

    public RowCache<string, OpenRegion> Regions { get; } = new(256);

    public RowCache<IdentityKey, User> Users { get; } = new(4_096);

    public RowCache<IdentityKey, Group> Groups { get; } = new(1_024);

    public RowCache<IdentityKey, Role> Roles { get; } = new(1_024);

    public RowCache<IdentityKey, ManagedPolicy> Policies { get; } = new(4_096);

    public void BeginCommit()
    {
        Instances.BeginCommit();
        AccessKeys.BeginCommit();
        Accounts.BeginCommit();
        Regions.BeginCommit();
        Users.BeginCommit();
        Groups.BeginCommit();
        Roles.BeginCommit();
        Policies.BeginCommit();
    }

    public void EndCommit(bool done)
    {
        Instances.EndCommit(done);
        AccessKeys.EndCommit(done);
        Accounts.EndCommit(done);
        Regions.EndCommit(done);
        Users.EndCommit(done);
        Groups.EndCommit(done);
        Roles.EndCommit(done);
        Policies.EndCommit(done);
    }
}
