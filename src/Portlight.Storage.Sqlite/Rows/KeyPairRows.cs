using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The table <c>key_pair</c>.</summary>
internal sealed class KeyPairRows(Database database, JsonBuffer json)
{
    private const string Columns = "name, id, created_at, public_key, fingerprint, sealed_private_key, tags";

    private readonly Statement _find = database.Prepare($"SELECT {Columns} FROM key_pair WHERE scope = ? AND name = ?");
    private readonly Statement _list = database.Prepare($"SELECT {Columns} FROM key_pair WHERE scope = ? AND name > ? ORDER BY name LIMIT ?");
    private readonly Statement _all = database.Prepare($"SELECT {Columns}, scope FROM key_pair ORDER BY scope, name");
    private readonly Statement _delete = database.Prepare("DELETE FROM key_pair WHERE scope = ? AND name = ?");
    private readonly Statement _write = database.Prepare($"INSERT OR REPLACE INTO key_pair (scope, {Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

    public KeyPair? Find(Scope scope, string name)
    {
        using var run = _find.Begin();
        run.Bind(scope);
        run.Bind(name);
        return run.Step() ? Read(run, scope) : null;
    }

    public IReadOnlyList<KeyPair> List(Scope scope, string afterName, int limit)
    {
        using var run = _list.Begin();
        run.Bind(scope);
        run.Bind(afterName);
        run.Bind(Math.Max(0, limit));
        var found = new List<KeyPair>();
        while (run.Step())
        {
            found.Add(Read(run, scope));
        }

        return found;
    }

    public IReadOnlyList<KeyPair> All()
    {
        using var run = _all.Begin();
        var found = new List<KeyPair>();
        while (run.Step())
        {
            found.Add(Read(run, ScopeColumn.Read(run, 7)));
        }

        return found;
    }

    public void Write(KeyPair keyPair)
    {
        using var run = _write.Begin();
        run.Bind(keyPair.Scope);
        run.Bind(keyPair.Name);
        run.Bind(keyPair.Id);
        run.Bind(keyPair.CreatedAt);
        run.Bind(keyPair.PublicKey);
        run.Bind(keyPair.Fingerprint);
        if (keyPair.SealedPrivateKey is { } secret)
        {
            run.BindBlob(secret);
        }
        else
        {
            run.BindNull();
        }

        run.BindText(json.Write(keyPair.Tags, TagsJson.Write));
        run.Step();
    }

    public void Delete(KeyPair keyPair)
    {
        using var run = _delete.Begin();
        run.Bind(keyPair.Scope);
        run.Bind(keyPair.Name);
        run.Step();
    }

    private static KeyPair Read(in Execution run, Scope scope) => new()
    {
        Scope = scope,
        Name = run.Text(0),
        Id = run.Guid(1),
        CreatedAt = run.Time(2),
        PublicKey = run.Text(3),
        Fingerprint = run.Text(4),
        SealedPrivateKey = run.IsNull(5) ? null : run.Bytes(5).ToArray(),
        Tags = TagsJson.Read(run.Bytes(6)),
    };
}
