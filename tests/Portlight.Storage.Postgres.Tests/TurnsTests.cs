using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>Three stores on one database whose callers want the same things: each gets its turn.</summary>
public sealed class TurnsTests : IAsyncLifetime
{
    private readonly PostgresSource _source = new();
    private readonly List<PostgresStore> _stores = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            _stores.Add(await _source.OpenAsync(name));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    /// <summary>Without turns the store that has written last is the first to be prepared again, and the others come too late until they give up.</summary>
    [Fact]
    public async Task Callers_of_three_stores_that_want_the_same_instances_all_get_through_and_none_is_prepared_often()
    {
        const int Instances = 4;
        const int Each = 60;
        await _stores[0].SaveAsync((_, changes) => Enumerable.Range(1, Instances).Select(number => changes.Save(Sample.Instance(number, $"web-{number}"))).ToList(), Cancellation);
        var prepared = 0;
        await Task.WhenAll(_stores.SelectMany(store => Enumerable.Range(1, Instances).Select(instance => Task.Run(async () =>
        {
            await store.CatchUpAsync(Cancellation);
            for (var round = 0; round < Each; round++)
            {
                await store.SaveAsync((view, changes) =>
                {
                    Interlocked.Increment(ref prepared);
                    var before = view.FindInstance(Sample.Scope, $"web-{instance}")!;
                    return changes.Save(before with { UserData = before.UserData + "x" });
                }, Cancellation);
            }
        }))));
        await _stores[0].CatchUpAsync(Cancellation);

        var written = _stores.Count * Instances * Each;
        Assert.Equal(written, Enumerable.Range(1, Instances).Sum(number => _stores[0].View.FindInstance(Sample.Scope, $"web-{number}")!.UserData.Length));
        TestContext.Current.TestOutputHelper?.WriteLine($"{written} writes were prepared {prepared} times");
        Assert.True(prepared <= 4 * written, $"{written} writes were prepared {prepared} times");
    }
}
