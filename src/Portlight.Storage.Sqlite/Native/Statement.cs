using SQLitePCL;

namespace Portlight.Storage.Sqlite;

/// <summary>One SQL text, compiled at its first use and kept. Values only ever arrive as parameters.</summary>
internal sealed class Statement(Database database, string sql) : IDisposable
{
    private sqlite3_stmt? _compiled;
    private nint _address;

    /// <summary>Begins one execution; dispose of it at the end, or its read transaction would hold up checkpoints.</summary>
    public Execution Begin()
    {
        if (_compiled is null)
        {
            _compiled = database.Compile(sql);
            _address = _compiled.DangerousGetHandle();
        }

        // Nobody would keep SQLite from reading what is there no more.
        ObjectDisposedException.ThrowIf(_compiled.IsClosed, this);
        return new Execution(database, _address);
    }

    public void Dispose() => _compiled?.Dispose();
}
