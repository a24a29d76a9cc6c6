using Microsoft.Extensions.Time.Testing;
using Portlight.TestKit;

namespace Portlight.Storage.Contract;

/// <summary>A store to itself for each test. What every store has to do is in the classes that inherit from this; each kind of store inherits those.</summary>
public abstract class StoreTests<TSource> : IAsyncLifetime
    where TSource : IStoreSource, new()
{
    private readonly TSource _source = new();

    protected FakeTimeProvider Time { get; } = new(Sample.Start);

    protected IStore Store { get; private set; } = null!;

    protected IStoreView View => Store.View;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Store = await _source.OpenAsync(Time);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _source.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the store and opens it again.</summary>
    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await _source.OpenAsync(Time);
    }

    /// <summary>Commits what needs no look at what is stored.</summary>
    protected Task<T> ChangeAsync<T>(Func<Changes, T> change) => Store.SaveAsync((_, changes) => change(changes), Cancellation);

    protected Task ChangeAsync(Action<Changes> change) => Store.SaveAsync(
        (_, changes) =>
        {
            change(changes);
            return 0;
        },
        Cancellation);

    protected Task<IDisposable> HoldWriterAsync() => _source.HoldWriterAsync(Store);
}
