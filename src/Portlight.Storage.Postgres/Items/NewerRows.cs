using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// What newer servers have written that this one does not know: members of known things, kept in memory, and whether there is anything, marked in the mirror. By the writer's thread alone.
/// </summary>
internal sealed class NewerRows
{
    private readonly Dictionary<(string Kind, string Key), string> _members = [];
    private readonly Statement _mark;
    private bool _isAny;

    public NewerRows(Database database)
    {
        database.Execute("CREATE TABLE IF NOT EXISTS newer (one INTEGER PRIMARY KEY CHECK (one = 1))");
        using var run = database.Prepare("SELECT one FROM newer").Begin();
        WereFound = run.Step();
        _mark = database.Prepare("INSERT OR IGNORE INTO newer (one) VALUES (1)");
    }

    /// <summary>Whether the file was marked when it was opened. It lacks them then, and the version that opens it may know them: it has to be made anew.</summary>
    public bool WereFound { get; }

    /// <summary>The members of a thing that nobody here knows; null for none.</summary>
    public string? Find(string kind, string key) => _isAny ? _members.GetValueOrDefault((kind, key)) : null;

    /// <summary>What a thing has now; null for nothing.</summary>
    public void Note(string kind, string key, string? members)
    {
        if (members is not null)
        {
            _members[(kind, key)] = members;
            _isAny = true;
        }
        else if (_isAny)
        {
            _members.Remove((kind, key));
        }
    }

    /// <summary>There is a thing of a kind that nobody here knows.</summary>
    public void NoteKind() => _isAny = true;

    /// <summary>Marks the mirror, within its transaction.</summary>
    public void Mark()
    {
        if (_isAny)
        {
            using var run = _mark.Begin();
            run.Step();
        }
    }
}
