using System.Runtime.InteropServices;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// SQLite's functions of one statement (sqlite3.h), called with its bare address. The bindings count references to it at each call and tell the runtime of each, which for a row of sixteen
/// columns takes as long as SQLite does. Those that only note or tell a value return within nanoseconds, so the runtime need not be told of them.
/// </summary>
internal static unsafe partial class StatementCalls
{
    /// <summary>What is longer is copied with the runtime told: the garbage collector must not wait for it.</summary>
    private const int Short = 4096;

    /// <summary>SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.</summary>
    private static readonly nint Copied = -1;

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_int64")]
    [SuppressGCTransition]
    internal static partial int Bind(nint statement, int parameter, long value);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_null")]
    [SuppressGCTransition]
    internal static partial int BindNull(nint statement, int parameter);

    internal static int BindText(nint statement, int parameter, ReadOnlySpan<byte> utf8)
    {
        fixed (byte* bytes = utf8)
        {
            // Nothing has no address, and SQLite takes that for NULL.
            byte nothing = 0;
            var address = bytes is null ? &nothing : bytes;
            return utf8.Length <= Short ? BindShortText(statement, parameter, address, utf8.Length, Copied) : BindLongText(statement, parameter, address, utf8.Length, Copied);
        }
    }

    internal static int BindBlob(nint statement, int parameter, ReadOnlySpan<byte> blob)
    {
        fixed (byte* bytes = blob)
        {
            byte nothing = 0;
            var address = bytes is null ? &nothing : bytes;
            return blob.Length <= Short ? BindShortBlob(statement, parameter, address, blob.Length, Copied) : BindLongBlob(statement, parameter, address, blob.Length, Copied);
        }
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_step")]
    internal static partial int Step(nint statement);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_reset")]
    internal static partial int Reset(nint statement);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_column_type")]
    [SuppressGCTransition]
    internal static partial int TypeOf(nint statement, int column);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_column_int64")]
    [SuppressGCTransition]
    internal static partial long Int64(nint statement, int column);

    /// <summary>Valid until the next step.</summary>
    internal static ReadOnlySpan<byte> Bytes(nint statement, int column)
    {
        var address = Blob(statement, column);
        return new ReadOnlySpan<byte>(address, address is null ? 0 : Length(statement, column));
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_text")]
    [SuppressGCTransition]
    private static partial int BindShortText(nint statement, int parameter, byte* text, int length, nint destructor);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_text")]
    private static partial int BindLongText(nint statement, int parameter, byte* text, int length, nint destructor);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_blob")]
    [SuppressGCTransition]
    private static partial int BindShortBlob(nint statement, int parameter, byte* blob, int length, nint destructor);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_blob")]
    private static partial int BindLongBlob(nint statement, int parameter, byte* blob, int length, nint destructor);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_column_blob")]
    [SuppressGCTransition]
    private static partial byte* Blob(nint statement, int column);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_column_bytes")]
    [SuppressGCTransition]
    private static partial int Length(nint statement, int column);
}
