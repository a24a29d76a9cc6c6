using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The rows that every request asks for.</summary>
internal sealed class RowCaches
{
    public RowCache<(Scope Scope, string Name), Instance> Instances { get; } = new(16_384);

    public RowCache<string, AccessKey> AccessKeys { get; } = new(4_096);

    public RowCache<string, Account> Accounts { get; } = new(4_096);

    public RowCache<string, OpenRegion> Regions { get; } = new(256);

    public void BeginCommit()
    {
        Instances.BeginCommit();
        AccessKeys.BeginCommit();
        Accounts.BeginCommit();
        Regions.BeginCommit();
    }

    public void EndCommit(bool done)
    {
        Instances.EndCommit(done);
        AccessKeys.EndCommit(done);
        Accounts.EndCommit(done);
        Regions.EndCommit(done);
    }
}
