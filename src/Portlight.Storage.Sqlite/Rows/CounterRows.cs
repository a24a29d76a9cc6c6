namespace Portlight.Storage.Sqlite;

/// <summary>The table <c>counter</c>: numbers that outlive the rows they numbered.</summary>
internal sealed class CounterRows(Database database)
{
    public const string Revision = "revision";
    public const string InstanceIndex = "instance_index";
    public const string AppliedRevision = "applied_revision";

    private readonly Statement _find = database.Prepare("SELECT value FROM counter WHERE name = ?");
    private readonly Statement _write = database.Prepare("UPDATE counter SET value = ? WHERE name = ?");

    public long Find(string name)
    {
        using var run = _find.Begin();
        run.Bind(name);
        return run.Step() ? run.Int64(0) : throw new StoreException($"the database has no counter `{name}`: it is damaged; restore it from a backup");
    }

    public void Write(string name, long value)
    {
        using var run = _write.Begin();
        run.Bind(value);
        run.Bind(name);
        run.Step();
    }
}
