using System.Net;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The table <c>static_ip</c>.</summary>
internal sealed class StaticIpRows(Database database)
{
    private readonly Statement _find = database.Prepare("SELECT name, id, created_at, address, attached_to FROM static_ip WHERE scope = ? AND name = ?");
    private readonly Statement _list = database.Prepare("SELECT name, id, created_at, address, attached_to FROM static_ip WHERE scope = ? AND name > ? ORDER BY name LIMIT ?");
    private readonly Statement _all = database.Prepare("SELECT name, id, created_at, address, attached_to, scope FROM static_ip ORDER BY scope, name");
    private readonly Statement _delete = database.Prepare("DELETE FROM static_ip WHERE scope = ? AND name = ?");
    private readonly Statement _write = database.Prepare(
        "INSERT OR REPLACE INTO static_ip (scope, name, id, created_at, address, attached_to) VALUES (?, ?, ?, ?, ?, ?)");

    public StaticIp? Find(Scope scope, string name)
    {
        using var run = _find.Begin();
        run.Bind(scope);
        run.Bind(name);
        return run.Step() ? Read(run, scope) : null;
    }

    public IReadOnlyList<StaticIp> List(Scope scope, string afterName, int limit)
    {
        using var run = _list.Begin();
        run.Bind(scope);
        run.Bind(afterName);
        run.Bind(Math.Max(0, limit));
        var found = new List<StaticIp>();
        while (run.Step())
        {
            found.Add(Read(run, scope));
        }

        return found;
    }

    /// <summary>Of every scope.</summary>
    public IEnumerable<StaticIp> All()
    {
        using var run = _all.Begin();
        while (run.Step())
        {
            yield return Read(run, ScopeColumn.Read(run, 5));
        }
    }

    public void Write(StaticIp staticIp)
    {
        using var run = _write.Begin();
        run.Bind(staticIp.Scope);
        run.Bind(staticIp.Name);
        run.Bind(staticIp.Id);
        run.Bind(staticIp.CreatedAt);
        run.Bind(staticIp.Address);
        run.Bind(staticIp.AttachedTo);
        run.Step();
    }

    public void Delete(StaticIp staticIp)
    {
        using var run = _delete.Begin();
        run.Bind(staticIp.Scope);
        run.Bind(staticIp.Name);
        run.Step();
    }

    private static StaticIp Read(in Execution run, Scope scope) => new()
    {
        Scope = scope,
        Name = run.Text(0),
        Id = run.Guid(1),
        CreatedAt = run.Time(2),
        Address = new IPAddress(run.Bytes(3)),
        AttachedTo = run.TextOrNull(4),
    };
}
