using Portlight.Storage.Sqlite;
using Portlight.Storage.Tests.Contract;

namespace Portlight.Storage.Tests.Sqlite;

/// <summary>A directory of its own for a database.</summary>
public sealed class SqliteSource : IStoreSource
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("portlight-store-").FullName;

    public string Path => System.IO.Path.Combine(Directory, "portlight.db");

    public SqliteStore Open(TimeProvider? time = null) => SqliteStore.Open(Path, time ?? TimeProvider.System);

    public Task<IStore> OpenAsync(TimeProvider time) => Task.FromResult<IStore>(Open(time));

    public ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }
}
