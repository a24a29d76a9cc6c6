using Portlight.Storage.Contract;
using Portlight.Storage.Sqlite;
using Portlight.TestKit.Postgres;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>Tables of its own for a test, on a server that all tests share, and a directory for the mirrors of its stores.</summary>
public sealed class PostgresSource : IStoreSource
{
    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-mirror-").FullName;
    private string? _schema;

    public async Task<string> ConnectionTextAsync() => $"{SharedPostgres.Server.ConnectionText()};Search Path={await SchemaAsync()}";

    /// <summary>Changes the tables behind the stores' backs.</summary>
    public async Task<string> SqlAsync(params string[] statements) => await SharedPostgres.Server.SqlAsync("portlight", [$"SET search_path TO {await SchemaAsync()}", .. statements]);

    public string Mirror(string name) => Path.Combine(_directory, name + ".db");

    public async Task<IStore> OpenAsync(TimeProvider time) => await OpenAsync("a", time);

    /// <summary>Opens the store of one of several servers.</summary>
    public async Task<PostgresStore> OpenAsync(string name, TimeProvider? time = null) => PostgresStore.Open(await ConnectionTextAsync(), Mirror(name), time ?? TimeProvider.System);

    public async Task<IDisposable> HoldWriterAsync(IStore store)
    {
        var hold = new Hold();
        ((PostgresStore)store).Writer.Add(hold);
        await hold.IsHeld;
        return hold;
    }

    private async Task<string> SchemaAsync() => _schema ??= await SharedPostgres.Server.CreateSchemaAsync();

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Work that lasts until it is disposed of.</summary>
    private sealed class Hold : Work, IDisposable
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task IsHeld => _held.Task;

        public void Dispose() => _released.Set();

        public override void Run(Batch batch)
        {
            _held.SetResult();
            _released.Wait(CancellationToken.None);
        }

        public override void Succeed()
        {
        }

        public override void Fail(StoreException failure) => _held.TrySetException(failure);
    }
}
