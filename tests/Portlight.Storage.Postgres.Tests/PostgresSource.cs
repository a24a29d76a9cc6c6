using Portlight.Storage.Contract;
using Portlight.Storage.Sqlite;
using Portlight.TestKit.Postgres;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>A database of its own for a test, on a server that all tests share, and a directory for the mirrors of its stores.</summary>
public sealed class PostgresSource : IStoreSource
{
    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-mirror-").FullName;
    private string? _connectionText;

    public async Task<string> ConnectionTextAsync() => _connectionText ??= await SharedPostgres.Server.CreateDatabaseAsync();

    public async Task<string> DatabaseAsync() => (await ConnectionTextAsync()).Split("Database=")[1];

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
