using System.Net;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>Questions that cross tables, each answered by one statement and so from one moment.</summary>
internal sealed class NameRows(Database database)
{
    private readonly Statement _name = database.Prepare("""
        SELECT EXISTS (SELECT 1 FROM instance WHERE scope = ?1 AND name = ?2)
            OR EXISTS (SELECT 1 FROM static_ip WHERE scope = ?1 AND name = ?2)
            OR EXISTS (SELECT 1 FROM key_pair WHERE scope = ?1 AND name = ?2)
        """);

    private readonly Statement _address = database.Prepare("""
        SELECT EXISTS (SELECT 1 FROM instance_address WHERE address = ?1)
            OR EXISTS (SELECT 1 FROM static_ip WHERE address = ?1)
        """);

    private readonly Statement _names = database.Prepare("""
        SELECT name FROM instance WHERE scope = ?1 AND name > ?2
        UNION ALL SELECT name FROM static_ip WHERE scope = ?1 AND name > ?2
        UNION ALL SELECT name FROM key_pair WHERE scope = ?1 AND name > ?2
        ORDER BY name LIMIT ?3
        """);

    private readonly Statement _instances = database.Prepare("SELECT count(*) FROM instance WHERE scope = ?");
    private readonly Statement _allInstances = database.Prepare("SELECT count(*) FROM instance");
    private readonly Statement _staticIps = database.Prepare("SELECT count(*) FROM static_ip WHERE scope = ?");
    private readonly Statement _keyPairs = database.Prepare("SELECT count(*) FROM key_pair WHERE scope = ?");

    public int CountInstances(Scope scope) => Count(_instances, scope);

    public int CountInstances()
    {
        using var run = _allInstances.Begin();
        return run.Step() ? (int)run.Int64(0) : 0;
    }

    public int CountStaticIps(Scope scope) => Count(_staticIps, scope);

    public int CountKeyPairs(Scope scope) => Count(_keyPairs, scope);

    public bool IsNameTaken(Scope scope, string taken)
    {
        using var run = _name.Begin();
        run.Bind(scope);
        run.Bind(taken);
        return run.Step() && run.Flag(0);
    }

    public IReadOnlyList<string> List(Scope scope, string afterName, int limit)
    {
        using var run = _names.Begin();
        run.Bind(scope);
        run.Bind(afterName);
        run.Bind(Math.Max(0, limit));
        var found = new List<string>();
        while (run.Step())
        {
            found.Add(run.Text(0));
        }

        return found;
    }

    private static int Count(Statement statement, Scope scope)
    {
        using var run = statement.Begin();
        run.Bind(scope);
        return run.Step() ? (int)run.Int64(0) : 0;
    }

    public bool IsAddressTaken(IPAddress taken)
    {
        using var run = _address.Begin();
        run.Bind(taken);
        return run.Step() && run.Flag(0);
    }
}
