namespace Portlight.Storage.Tests.Contract;

/// <summary>A place of its own for one test's store. Opening again after disposing of the store finds what was stored.</summary>
public interface IStoreSource : IAsyncDisposable
{
    Task<IStore> OpenAsync(TimeProvider time);
}
