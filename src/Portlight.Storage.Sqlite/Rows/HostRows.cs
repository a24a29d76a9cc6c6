using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The tables <c>host</c> and <c>host_applied</c>. How far the kernel of a host is outlives the host: its operations are still read by it.</summary>
internal sealed class HostRows(Database database, JsonBuffer json)
{
    private readonly Statement _find = database.Prepare("SELECT body, name FROM host WHERE name = ?");
    private readonly Statement _findByToken = database.Prepare("SELECT body, name FROM host WHERE token_id = ?");
    private readonly Statement _list = database.Prepare("SELECT body, name FROM host WHERE name > ? ORDER BY name LIMIT ?");
    private readonly Statement _write = database.Prepare("INSERT INTO host (name, token_id, body) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET token_id = excluded.token_id, body = excluded.body");
    private readonly Statement _delete = database.Prepare("DELETE FROM host WHERE name = ?");
    private readonly Statement _applied = database.Prepare("SELECT host, revision FROM host_applied");
    private readonly Statement _writeApplied = database.Prepare("INSERT INTO host_applied (host, revision) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET revision = excluded.revision");

    public Host? Find(string name) => FindBy(_find, name);

    public Host? FindByToken(string tokenId) => FindBy(_findByToken, tokenId);

    public IReadOnlyList<Host> List(string afterName, int limit)
    {
        using var run = _list.Begin();
        run.Bind(afterName);
        run.Bind(Math.Max(0, limit));
        var found = new List<Host>();
        while (run.Step())
        {
            found.Add(Read(run));
        }

        return found;
    }

    public void Write(Host host)
    {
        using var run = _write.Begin();
        run.Bind(host.Name);
        run.Bind(host.Token?.Id);
        run.BindText(json.Write(host, HostJson.Write));
        run.Step();
    }

    public void Delete(string name)
    {
        using var run = _delete.Begin();
        run.Bind(name);
        run.Step();
    }

    /// <summary>Up to which revision each host is.</summary>
    public ImmutableDictionary<string, long> FindApplied()
    {
        using var run = _applied.Begin();
        var found = ImmutableDictionary.CreateBuilder<string, long>();
        while (run.Step())
        {
            found.Add(run.Text(0), run.Int64(1));
        }

        return found.ToImmutable();
    }

    /// <summary>Writes how far those hosts are that have come further.</summary>
    public void WriteApplied(ImmutableDictionary<string, long> before, ImmutableDictionary<string, long> now)
    {
        if (before == now)
        {
            return;
        }

        foreach (var (host, revision) in now.Where(one => before.GetValueOrDefault(one.Key) != one.Value))
        {
            using var run = _writeApplied.Begin();
            run.Bind(host);
            run.Bind(revision);
            run.Step();
        }
    }

    private static Host? FindBy(Statement statement, string key)
    {
        using var run = statement.Begin();
        run.Bind(key);
        return run.Step() ? Read(run) : null;
    }

    private static Host Read(in Execution run)
    {
        try
        {
            return HostJson.Read(run.Bytes(0));
        }
        catch (Exception damage) when (damage is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new StoreException($"the host `{run.Text(1)}` cannot be read: the database is damaged; restore it from a backup", damage);
        }
    }
}
