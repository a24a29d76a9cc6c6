using Portlight.Api;
using Portlight.Cli.Settings;
using Portlight.Storage;
using Portlight.Storage.Postgres;
using Portlight.Storage.Sqlite;

namespace Portlight.Cli;

/// <summary>
/// Where the state of a data directory is, as <c>serve</c> would find it there: in a file of its own, or in a database that servers share, which the setting
/// <c>database</c> names.
/// </summary>
internal sealed class StoredState
{
    private readonly string _directory;

    private StoredState(string directory, string? shared) => (_directory, Shared) = (directory, shared);

    /// <summary>The connection string of a database that servers share; null for the directory's own.</summary>
    public string? Shared { get; }

    /// <summary>The file of SQLite that a server of this directory reads: the state itself, or a mirror of it.</summary>
    public string File => Path.Combine(_directory, Shared is null ? DataFiles.Database : DataFiles.Mirror);

    /// <exception cref="UsageException">The settings file cannot be read.</exception>
    /// <exception cref="FailedException">What the setting says does not fit what is in the directory.</exception>
    public static StoredState Of(string directory) => Of(directory, Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable);

    /// <summary>The connection string of the database that servers share, where the setting names one.</summary>
    public static string? FindShared() => FindShared(Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable);

    internal static StoredState Of(string directory, bool isRoot, Func<string, string?> environment)
    {
        var shared = FindShared(isRoot, environment);
        var (own, mirror) = (Path.Combine(directory, DataFiles.Database), Path.Combine(directory, DataFiles.Mirror));
        if (shared is not null && System.IO.File.Exists(own) && InstallationMove.FindMark(own) is null)
        {
            throw new FailedException($"{own} is an installation of its own, and the setting `database` names one that servers share: name another directory, or set {Variable}={ServeSettings.Sqlite} for the own one");
        }

        return shared is null && !System.IO.File.Exists(own) && System.IO.File.Exists(mirror)
            ? throw new FailedException($"the server of {directory} keeps its state in a database that servers share, and nothing here says which: set {Variable} to its connection string, or {SettingsReader.FileVariable} to the settings file that has it")
            : new StoredState(directory, shared);
    }

    /// <summary>Opens the store, for what the server of this directory must be stopped for.</summary>
    /// <exception cref="StoreException">It cannot be opened, or the server runs.</exception>
    public IStore Open() => Shared is null ? SqliteStore.Open(File, TimeProvider.System) : OpenShared(alone: false);

    /// <summary>The same for what no server of the database may run beside.</summary>
    /// <exception cref="StoreException">It cannot be opened, or a server runs.</exception>
    public IStore OpenAlone() => Shared is null ? SqliteStore.Open(File, TimeProvider.System) : OpenShared(alone: true);

    /// <summary>The audit log, beside the servers. To be disposed of.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public IAuditView OpenAudit() => Shared is null ? AuditLogFile.Open(File) : SharedAuditLog.Open(Shared);

    /// <summary>How many secrets are stored, all of which the key file opens.</summary>
    /// <exception cref="StoreException">It does not, or the state cannot be read.</exception>
    public int CheckSecrets(string keyFile) => Shared is null ? DatabaseSecrets.Check(keyFile, File) : SharedDatabase.CheckSecrets(keyFile, Shared);

    /// <summary>Copies everything, as of one commit, into a new file of SQLite; servers go on.</summary>
    /// <exception cref="StoreException">It cannot be read, or the copy not be written.</exception>
    public void CopyTo(string copy)
    {
        if (Shared is null)
        {
            DatabaseCopy.Write(File, copy);
        }
        else
        {
            SharedDatabase.CopyTo(Shared, copy, TimeProvider.System);
        }
    }

    private static string? FindShared(bool isRoot, Func<string, string?> environment) =>
        StandingSetting.Find("database", isRoot, environment) is { } said && said != ServeSettings.Sqlite ? said : null;

    private static string Variable => ServeSettings.Find("database")!.EnvironmentVariable;

    private PostgresStore OpenShared(bool alone) =>
        alone ? PostgresStore.OpenAlone(Shared!, File, TimeProvider.System) : PostgresStore.Open(Shared!, File, TimeProvider.System);
}
