using Portlight.Api;
using Portlight.Storage;
using Portlight.Storage.Postgres;
using Portlight.Storage.Sqlite;

namespace Portlight.Cli;

/// <summary>The store that <c>serve</c> opens: the file in the data directory, or a database that several servers may share, with its mirror there.</summary>
internal sealed class ServedStore
{
    public const string Alone = "commits of the database wait for no standby (synchronous_standby_names is empty): what is acknowledged is on one disk, and a failover may lose it";

    /// <summary>What is to be said of the database at the start; null for nothing.</summary>
    public string? Warning { get; private set; }

    public IStore Open(ServeOptions options, TimeProvider clock)
    {
        var own = Path.Combine(options.DataDirectory, DataFiles.Database);
        return options.Database is null ? SqliteStore.Open(own, clock) : OpenShared(options, options.Database, own, clock);
    }

    /// <summary>A method of its own, so that a server with a file loads nothing of it.</summary>
    private PostgresStore OpenShared(ServeOptions options, string database, string own, TimeProvider clock)
    {
        if (File.Exists(own) && InstallationMove.FindMark(own) is null)
        {
            throw new StoreException($"`{own}` has an installation of its own, which a database that servers share would hide; name another data directory, or move it there with `portlight migrate --to`");
        }

        var store = PostgresStore.Open(database, Path.Combine(options.DataDirectory, DataFiles.Mirror), clock);
        Warning = store.IsAlone ? "WARNING: " + Alone : null;
        return store;
    }
}
