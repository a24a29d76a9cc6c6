using Portlight.Storage.Contract;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>A directory of its own for a database.</summary>
public sealed class SqliteSource : IStoreSource
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("portlight-store-").FullName;

    public string Path => System.IO.Path.Combine(Directory, "portlight.db");

    public SqliteStore Open(TimeProvider? time = null) => SqliteStore.Open(Path, time ?? TimeProvider.System);

    public Task<IStore> OpenAsync(TimeProvider time) => Task.FromResult<IStore>(Open(time));

    public async Task<IDisposable> HoldWriterAsync(IStore store)
    {
        var hold = new Hold();
        ((SqliteStore)store).Writer.Add(hold);
        await hold.IsHeld;
        return hold;
    }

    public ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
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

        public override void Fail(StoreException failure)
        {
        }
    }
}
