namespace Portlight.Api;

/// <summary>Names of files in the data directory.</summary>
public static class DataFiles
{
    /// <summary>The SQLite database.</summary>
    public const string Database = "portlight.db";

    /// <summary>The mirror of a database that several servers share. A cache.</summary>
    public const string Mirror = "mirror.db";

    /// <summary>The keys that secrets in the database are sealed with.</summary>
    public const string Keys = "secret.key";

    /// <summary>The root key of the owner's account, as AWS clients read it.</summary>
    public const string Credentials = "credentials";
}
