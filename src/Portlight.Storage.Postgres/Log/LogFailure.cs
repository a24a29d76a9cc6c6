using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>What a failure of PostgreSQL or of the way to it means.</summary>
internal static class LogFailure
{
    private const string DiskFull = "53100";

    /// <summary>Whether PostgreSQL or the way to it has failed. Npgsql calls a connection that broke while nobody used it an invalid operation.</summary>
    public static bool IsKnown(Exception failure) => failure is NpgsqlException or TimeoutException or IOException or InvalidOperationException;

    /// <summary>Whether PostgreSQL said so before it committed: nothing was written. Everything else may have come after.</summary>
    public static bool IsRefusal(Exception failure) => failure is PostgresException refusal && !IsEndOfConnection(refusal.SqlState);

    /// <summary>Whether PostgreSQL undid the transaction to end a deadlock or a conflict with another one (<c>40P01</c>, <c>40001</c>): nothing was written, and the same can be sent again.</summary>
    public static bool IsUndone(Exception failure) => failure is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>Whether a new connection may find what this one did not: the server is gone, is no primary any more, or the connection broke while nobody used it.</summary>
    public static bool IsOfConnection(Exception failure) => failure is not PostgresException refusal || IsEndOfConnection(refusal.SqlState) || refusal.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction;

    /// <summary>Asks the database something; a failure of it is a <see cref="StoreException"/>.</summary>
    public static T Answered<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception failure) when (IsKnown(failure))
        {
            throw NothingWritten(failure);
        }
    }

    /// <summary>Nothing was written.</summary>
    public static StoreException NothingWritten(Exception failure) => new($"the database could not be written or read: {Words(failure)}", failure)
    {
        IsDiskFull = failure is PostgresException { SqlState: DiskFull },
    };

    public static StoreException Unknown(Exception failure) =>
        new($"the database did not confirm a commit, and does not tell whether it is there: {Words(failure)}", failure) { IsOutcomeUnknown = true };

    /// <summary>Messages of PostgreSQL name no row: details of errors are off.</summary>
    private static string Words(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } => "it has no tables of portlight yet; the first `portlight serve` makes them",
        PostgresException refusal => $"{refusal.MessageText} ({refusal.SqlState})",
        _ => failure.Message,
    };

    private static bool IsEndOfConnection(string state) => state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal) || state is "25P03" or "40003";
}
