using System.Text;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The text <c>account/region</c> of a scope column.</summary>
internal static class ScopeColumn
{
    private static readonly Repeated<object> Known = new(4_096);

    public static Scope Read(in Execution run, int column) => Read(run.Bytes(column));

    /// <summary>Many rows have the same: its texts are one object each.</summary>
    /// <exception cref="StoreException">It is none.</exception>
    public static Scope Read(ReadOnlySpan<byte> utf8)
    {
        if (Known.Find(utf8) is Scope known)
        {
            return known;
        }

        var text = Encoding.UTF8.GetString(utf8);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? (Scope)Known.Keep(utf8, new Scope(text[..slash], text[(slash + 1)..]))
            : throw new StoreException($"`{text}` is no scope: the database is damaged; restore it from a backup");
    }
}
