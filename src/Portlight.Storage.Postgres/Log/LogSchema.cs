using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>The tables of the log, made in a database that has none. A format is the number of the last step; steps only go forward.</summary>
internal static class LogSchema
{
    private const int Format = 1;

    /// <summary>In seconds. Files are made, and a disk that is busy takes longer for that than for any write.</summary>
    private const int Patience = 60;

    /// <exception cref="StoreException">The tables are of a newer Portlight.</exception>
    public static bool Ensure(NpgsqlConnection connection)
    {
        if (FindFormat(connection) is null)
        {
            Make(connection);
        }

        return FindFormat(connection) is { } format && format <= Format
            ? true
            : throw new StoreException($"the tables of the database are of a newer portlight than this, which knows format {Format}; start the newer one");
    }

    private static int? FindFormat(NpgsqlConnection connection)
    {
        try
        {
            using var command = new NpgsqlCommand("SELECT format FROM head WHERE one = 1", connection);
            return command.ExecuteScalar() as int?;
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
    }

    private static void Make(NpgsqlConnection connection)
    {
        using var stream = typeof(LogSchema).Assembly.GetManifestResourceStream("0001_start.sql") ?? throw new StoreException("the tables of the database are missing from this build");
        using var reader = new StreamReader(stream);
        using var transaction = connection.BeginTransaction();
        try
        {
            using var command = new NpgsqlCommand(reader.ReadToEnd(), connection, transaction) { CommandTimeout = Patience };
            command.ExecuteNonQuery();
            transaction.Commit();
        }
        catch (PostgresException made) when (made.SqlState is PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.UniqueViolation)
        {
            // By another server, at the same moment.
            transaction.Rollback();
        }
    }
}
