using SQLitePCL;

namespace Portlight.Storage.Sqlite;

/// <summary>One SQL text, compiled at its first use and kept. Values only ever arrive as parameters.</summary>
internal sealed class Statement(Database database, string sql) : IDisposable
{
    private sqlite3_stmt? _compiled;

    /// <summary>Begins one execution; dispose of it at the end, or its read transaction would hold up checkpoints.</summary>
    public Execution Begin() => new(database, _compiled ??= database.Compile(sql));

    public void Dispose() => _compiled?.Dispose();
}
