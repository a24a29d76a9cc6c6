using System.Globalization;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The numbered steps that lead to the tables of today, in <c>Migrations/NNNN_name.sql</c>. They only go forward; each runs once, in a transaction of its
/// own together with the number it reaches. A released step is never edited: add the next one.
/// </summary>
internal static class Schema
{
    /// <summary>"PLSQ": marks the file as ours, in SQLite's header.</summary>
    private const int ApplicationId = 0x504C5351;

    public static IReadOnlyList<string> Steps { get; } =
    [
        "0001_start.sql", "0002_identities_and_audit.sql", "0003_operations_by_resource_later.sql", "0004_unconfirmed_changes.sql", "0005_ids_of_users_and_roles.sql", "0006_who_holds_what.sql",
        "0007_less_to_write.sql", "0008_ports_later.sql", "0009_operations_hang_together.sql", "0010_hosts.sql", "0011_expiring_rules.sql", "0012_address_book.sql",
    ];

    public static int Version => Steps.Count;

    /// <summary>Brings the database to <paramref name="target"/>; does nothing when it is there.</summary>
    public static void Migrate(Database database, int target)
    {
        var version = ReadVersion(database);
        for (var next = version + 1; next <= target; next++)
        {
            Run(database, next);
        }
    }

    /// <summary>For those who only read.</summary>
    /// <exception cref="StoreException">The tables are not those of today.</exception>
    public static void RequireCurrent(Database database)
    {
        var version = ReadVersion(database);
        if (version < Version)
        {
            throw new StoreException($"the database has schema version {version} and this portlight reads {Version}; start `portlight serve` once to bring it up to date");
        }
    }

    /// <summary>Whether a database has tables of a Portlight.</summary>
    public static bool IsOurs(Database database) => ReadNumber(database, "PRAGMA application_id") == ApplicationId;

    /// <summary>Whether they are of a newer one.</summary>
    public static bool IsOfNewer(Database database) => ReadNumber(database, "PRAGMA user_version") is var version && version > Version && !MovedFile.Has(version);

    private static int ReadVersion(Database database)
    {
        var version = ReadNumber(database, "PRAGMA user_version");
        var owner = ReadNumber(database, "PRAGMA application_id");
        if (owner != ApplicationId && (owner != 0 || version != 0 || ReadNumber(database, "SELECT count(*) FROM sqlite_master") != 0))
        {
            throw new StoreException("the file is a database of another program; name another data directory");
        }

        if (MovedFile.Has(version))
        {
            throw MovedFile.Read(database).Refusal("this data directory");
        }

        return version <= Version
            ? version
            : throw new StoreException($"the database has schema version {version} and this portlight knows up to {Version}; start the newer portlight that wrote it");
    }

    private static void Run(Database database, int number)
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            database.Execute(Read(Steps[number - 1]));
            database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {number}; COMMIT"));
        }
        catch
        {
            if (!database.IsAutocommit)
            {
                database.Execute("ROLLBACK");
            }

            throw;
        }
    }

    private static string Read(string name)
    {
        using var stream = typeof(Schema).Assembly.GetManifestResourceStream(name) ?? throw new StoreException($"the migration `{name}` is missing from this build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static int ReadNumber(Database database, string sql) => int.Parse(database.Scalar(sql)!, CultureInfo.InvariantCulture);
}
