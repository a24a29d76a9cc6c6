using System.Net;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The instance of a row, where exactly that is in memory already.</summary>
/// <param name="key">Its scope and name.</param>
/// <param name="index">Its number.</param>
/// <param name="revision">That of the row, or of its ports where those are newer.</param>
internal delegate Instance? FindKnown((Scope Scope, string Name) key, long index, long revision);

/// <summary>The tables <c>instance</c> and <c>instance_address</c>; what is read has the ports of <c>instance_ports</c> where those are newer.</summary>
internal sealed class InstanceRows(Database database, JsonBuffer json)
{
    private const string Columns = "scope, instance.revision, body, instance_ports.revision, ports, instance.idx, name";
    private const string Ports = "LEFT JOIN instance_ports USING (idx)";

    private readonly Statement _find = database.Prepare($"SELECT {Columns} FROM instance {Ports} WHERE scope = ? AND name = ?");
    private readonly Statement _list = database.Prepare($"SELECT {Columns} FROM instance {Ports} WHERE scope = ? AND idx > ? ORDER BY idx LIMIT ?");
    private readonly Statement _all = database.Prepare($"SELECT {Columns} FROM instance {Ports} WHERE idx > ? ORDER BY idx LIMIT ?");
    private readonly Statement _withDeadlines = database.Prepare($"SELECT {Columns} FROM instance {Ports} WHERE instr(body, '\"unconfirmed\":') > 0 OR instr(body, '\"expiring\":') > 0 ORDER BY idx");
    private readonly Statement _attached = database.Prepare(
        $"SELECT {Columns} FROM instance INDEXED BY instance_attached {Ports} WHERE instr(body, '\"kind\":\"interface\"') > 0 OR instr(body, '\"kind\":\"host\"') > 0 ORDER BY idx");
    private readonly Statement _onHost = database.Prepare($"SELECT {Columns} FROM instance {Ports} WHERE host = ? ORDER BY idx");
    private readonly Statement _onLocal = database.Prepare($"SELECT {Columns} FROM instance {Ports} WHERE host IS NULL ORDER BY idx");
    private readonly Statement _insert = database.Prepare("INSERT INTO instance (idx, scope, name, revision, body, host) VALUES (?, ?, ?, ?, ?, ?)");
    private readonly Statement _update = database.Prepare("UPDATE instance SET revision = ?, body = ? WHERE idx = ?");
    private readonly Statement _delete = database.Prepare("DELETE FROM instance WHERE idx = ?");
    private readonly Statement _deletePorts = database.Prepare("DELETE FROM instance_ports WHERE idx = ?");
    private readonly Statement _insertAddress = database.Prepare("INSERT INTO instance_address (address, idx) VALUES (?, ?)");
    private readonly Statement _deleteAddress = database.Prepare("DELETE FROM instance_address WHERE address = ? AND idx = ?");

    public Instance? Find(Scope scope, string name)
    {
        using var run = _find.Begin();
        run.Bind(scope);
        run.Bind(name);
        return run.Step() ? Read(run, scope) : null;
    }

    public List<Instance> List(Scope scope, long afterIndex, int limit, FindKnown known)
    {
        using var run = _list.Begin();
        run.Bind(scope);
        run.Bind(afterIndex);
        run.Bind(Math.Max(0, limit));
        var found = new List<Instance>();
        while (run.Step())
        {
            found.Add(Read(run, scope, known));
        }

        return found;
    }

    /// <summary>Of every scope.</summary>
    public List<Instance> List(long afterIndex, int limit, FindKnown known)
    {
        using var run = _all.Begin();
        run.Bind(afterIndex);
        run.Bind(Math.Max(0, limit));
        var found = new List<Instance>();
        while (run.Step())
        {
            found.Add(Read(run, ScopeColumn.Read(run, 0), known));
        }

        return found;
    }

    /// <summary>Bodies that have a word are read; it may stand in a text of the caller's.</summary>
    public List<Instance> WithDeadlines()
    {
        using var run = _withDeadlines.Begin();
        return [.. ReadAll(run).Where(instance => instance.Unconfirmed is not null || !instance.Expiring.IsEmpty)];
    }

    public List<Instance> Attached()
    {
        using var run = _attached.Begin();
        return ReadAll(run);
    }

    public List<Instance> OnHost(string host, FindKnown known)
    {
        if (host == HostName.Local)
        {
            using var local = _onLocal.Begin();
            return ReadAll(local, known);
        }

        using var run = _onHost.Begin();
        run.Bind(host);
        return ReadAll(run, known);
    }

    private static List<Instance> ReadAll(in Execution run, FindKnown? known = null)
    {
        var found = new List<Instance>();
        while (run.Step())
        {
            var scope = ScopeColumn.Read(run, 0);
            found.Add(known is null ? Read(run, scope) : Read(run, scope, known));
        }

        return found;
    }

    /// <summary>Writes a change, which knows what is stored now: a change of nothing but the body touches no index.</summary>
    public void Write(InstanceChange change)
    {
        var (_, instance, isRemoval) = change;
        var old = change.Before;
        if (isRemoval)
        {
            Delete(instance.Index);
        }
        else if (old is null)
        {
            Insert(instance, json.Write(instance, InstanceJson.Write));
        }
        else
        {
            Update(instance, json.Write(instance, InstanceJson.Write));
        }

        WriteAddresses(old, isRemoval ? null : instance);
    }

    /// <summary>Writes one into an empty table, with its body as it was read.</summary>
    public void Fill(Instance instance, ReadOnlySpan<byte> body)
    {
        Insert(instance, body);
        foreach (var address in instance.Addresses())
        {
            RunAddress(_insertAddress, address, instance.Index);
        }
    }

    private static Instance Read(in Execution run, Scope scope, FindKnown known) =>
        known((scope, run.Text(6)), run.Int64(5), Math.Max(run.Int64(1), run.Int64OrNull(3) ?? 0)) ?? Read(run, scope);

    private static Instance Read(in Execution run, Scope scope)
    {
        try
        {
            var instance = InstanceJson.Read(run.Bytes(2), scope, run.Int64(1));
            return run.Int64OrNull(3) > instance.Revision ? instance with { Revision = run.Int64(3), Ports = PortChangeRows.Read(run, 4) } : instance;
        }
        catch (Exception damage) when (damage is JsonException or FormatException or InvalidOperationException)
        {
            throw new StoreException($"an instance of `{scope}`, stored at revision {run.Int64(1)}, cannot be read: the database is damaged; restore it from a backup", damage);
        }
    }

    private void Insert(Instance instance, ReadOnlySpan<byte> body)
    {
        using var run = _insert.Begin();
        run.Bind(instance.Index);
        run.Bind(instance.Scope);
        run.Bind(instance.Name);
        run.Bind(instance.Revision);
        run.BindText(body);
        run.Bind(HostColumn(instance.Attachment.Host));
        run.Step();
    }

    /// <summary>It is written once: an instance stays on its host.</summary>
    private static string? HostColumn(string host) => host == HostName.Local ? null : host;

    private void Update(Instance instance, ReadOnlySpan<byte> body)
    {
        using var run = _update.Begin();
        run.Bind(instance.Revision);
        run.BindText(body);
        run.Bind(instance.Index);
        run.Step();
    }

    private void Delete(long index)
    {
        foreach (var statement in (Statement[])[_delete, _deletePorts])
        {
            using var run = statement.Begin();
            run.Bind(index);
            run.Step();
        }
    }

    private void WriteAddresses(Instance? old, Instance? now)
    {
        if (old is not null && now is not null && old.HasSameAddresses(now))
        {
            return;
        }

        var (before, after) = (old?.Addresses() ?? [], now?.Addresses() ?? []);
        foreach (var address in before.Except(after))
        {
            RunAddress(_deleteAddress, address, old!.Index);
        }

        foreach (var address in after.Except(before))
        {
            RunAddress(_insertAddress, address, now!.Index);
        }
    }

    private static void RunAddress(Statement statement, IPAddress address, long index)
    {
        using var run = statement.Begin();
        run.Bind(address);
        run.Bind(index);
        run.Step();
    }
}
