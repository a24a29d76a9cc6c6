namespace Portlight.Storage.Contract;

/// <summary>A place of its own for one test's store. Opening again after disposing of the store finds what was stored.</summary>
public interface IStoreSource : IAsyncDisposable
{
    Task<IStore> OpenAsync(TimeProvider time);

    /// <summary>Keeps the store from making anything durable until the answer is disposed of, so that what is written meanwhile shares the next commit.</summary>
    Task<IDisposable> HoldWriterAsync(IStore store);
}
