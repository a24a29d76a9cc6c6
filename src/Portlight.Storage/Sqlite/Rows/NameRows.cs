using System.Net;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>Questions that cross tables, each answered by one statement and so from one moment.</summary>
internal sealed class NameRows(Database database)
{
    private readonly Statement name = database.Prepare("""
        SELECT EXISTS (SELECT 1 FROM instance WHERE scope = ?1 AND name = ?2)
            OR EXISTS (SELECT 1 FROM static_ip WHERE scope = ?1 AND name = ?2)
            OR EXISTS (SELECT 1 FROM key_pair WHERE scope = ?1 AND name = ?2)
        """);

    private readonly Statement address = database.Prepare("""
        SELECT EXISTS (SELECT 1 FROM instance_address WHERE address = ?1)
            OR EXISTS (SELECT 1 FROM static_ip WHERE address = ?1)
        """);

    public bool IsNameTaken(Scope scope, string taken)
    {
        using var run = name.Begin();
        run.Bind(scope);
        run.Bind(taken);
        return run.Step() && run.Flag(0);
    }

    public bool IsAddressTaken(IPAddress taken)
    {
        using var run = address.Begin();
        run.Bind(taken);
        return run.Step() && run.Flag(0);
    }
}
