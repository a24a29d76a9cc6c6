using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>What PostgreSQL does with a batch that is longer than a row may be.</summary>
public sealed class CompressionTests : IAsyncLifetime
{
    private readonly PostgresSource _source = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task A_long_batch_is_compressed_by_the_quickest_method_that_the_database_has()
    {
        await using var store = await _source.OpenAsync("a");
        await store.SaveAsync((_, changes) => Enumerable.Range(1, 100).Select(number => changes.Save(Sample.Instance(number, $"web-{number}"))).ToList(), TestContext.Current.CancellationToken);

        var quickest = await _source.SqlAsync("SELECT CASE WHEN 'lz4' = ANY (enumvals) THEN 'lz4' ELSE 'pglz' END FROM pg_settings WHERE name = 'default_toast_compression'");
        Assert.Equal(quickest, await _source.SqlAsync("SELECT string_agg(DISTINCT pg_column_compression(bodies), ',') FROM batch"));
    }
}
