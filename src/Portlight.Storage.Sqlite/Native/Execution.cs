using System.Net;
using System.Text;
using Portlight.Domain;
using SQLitePCL;

namespace Portlight.Storage.Sqlite;

/// <summary>One execution of a statement: bind every parameter in its order, step, read columns by position.</summary>
internal struct Execution(Database database, nint statement) : IDisposable
{
    private int _bound;

    public void Bind(long value) => database.Check(StatementCalls.Bind(statement, ++_bound, value));

    public void Bind(bool value) => Bind(value ? 1 : 0);

    public void Bind(long? value)
    {
        if (value is { } number)
        {
            Bind(number);
        }
        else
        {
            BindNull();
        }
    }

    public void Bind(DateTimeOffset value) => Bind(value.UtcTicks);

    public void Bind(string? text)
    {
        if (text is null)
        {
            BindNull();
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = most <= 1024 ? stackalloc byte[most] : new byte[most];
        BindText(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    /// <summary><c>111122223333/us-east-1</c>.</summary>
    public void Bind(Scope scope)
    {
        var length = scope.AccountId.Length + 1 + scope.Region.Length;
        if (length > 256)
        {
            Bind(scope.ToString());
            return;
        }

        Span<char> text = stackalloc char[length];
        scope.AccountId.CopyTo(text);
        text[scope.AccountId.Length] = '/';
        scope.Region.CopyTo(text[(scope.AccountId.Length + 1)..]);
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        BindText(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    public void Bind(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        BindBlob(bytes);
    }

    public void Bind(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        BindBlob(bytes[..length]);
    }

    public void BindText(ReadOnlySpan<byte> utf8) => database.Check(StatementCalls.BindText(statement, ++_bound, utf8));

    public void BindBlob(ReadOnlySpan<byte> bytes) => database.Check(StatementCalls.BindBlob(statement, ++_bound, bytes));

    public void BindNull() => database.Check(StatementCalls.BindNull(statement, ++_bound));

    /// <summary>True when there is a row to read.</summary>
    public readonly bool Step()
    {
        var code = StatementCalls.Step(statement);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw database.Failure(code),
        };
    }

    public readonly bool IsNull(int column) => StatementCalls.TypeOf(statement, column) == raw.SQLITE_NULL;

    public readonly bool IsText(int column) => StatementCalls.TypeOf(statement, column) == raw.SQLITE_TEXT;

    public readonly long Int64(int column) => StatementCalls.Int64(statement, column);

    public readonly long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public readonly bool Flag(int column) => Int64(column) != 0;

    public readonly DateTimeOffset Time(int column) => new(Int64(column), TimeSpan.Zero);

    /// <summary>Bytes of a blob or of UTF-8 text; valid until the next step.</summary>
    public readonly ReadOnlySpan<byte> Bytes(int column) => StatementCalls.Bytes(statement, column);

    public readonly string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public readonly string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public readonly Guid Guid(int column) => new(Bytes(column), bigEndian: true);

    // Reset repeats the error of the failed step, which has been thrown already.
    public readonly void Dispose() => _ = StatementCalls.Reset(statement);
}
