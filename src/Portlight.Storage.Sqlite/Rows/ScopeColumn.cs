using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The text <c>account/region</c> of a scope column.</summary>
internal static class ScopeColumn
{
    public static Scope Read(in Execution run, int column)
    {
        var text = run.Text(column);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? new Scope(text[..slash], text[(slash + 1)..]) : throw new StoreException($"`{text}` is no scope: the database is damaged; restore it from a backup");
    }
}
