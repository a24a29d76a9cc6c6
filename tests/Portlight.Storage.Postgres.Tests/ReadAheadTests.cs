using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>What a server reads at its first start is made ready beside what is written, and is whole.</summary>
public sealed class ReadAheadTests : IAsyncLifetime
{
    private readonly PostgresSource _source = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public void Everything_comes_in_its_order_and_a_failure_after_what_was_before_it()
    {
        Assert.Equal(Enumerable.Range(0, 1_000), ReadAhead.Of(Enumerable.Range(0, 1_000), most: 3));

        var came = new List<int>();
        var failure = Assert.Throws<StoreException>(() => came.AddRange(ReadAhead.Of(Failing(), most: 3)));
        Assert.Equal("the database is away", failure.Message);

        came.Clear();
        Assert.Throws<StoreException>(() =>
        {
            foreach (var one in ReadAhead.Of(Failing(), most: 3))
            {
                came.Add(one);
            }
        });
        Assert.Equal([1, 2], came);

        static IEnumerable<int> Failing()
        {
            yield return 1;
            yield return 2;
            throw new StoreException("the database is away");
        }
    }

    /// <summary>A disk that is full ends the writing; what is read must not hold its connection then.</summary>
    [Fact]
    public void A_source_that_is_left_has_ended_when_the_enumeration_has()
    {
        var isEnded = false;
        foreach (var one in ReadAhead.Of(Endless(), most: 3))
        {
            if (one == 5)
            {
                break;
            }
        }

        Assert.True(isEnded);

        IEnumerable<int> Endless()
        {
            try
            {
                for (var one = 0; ; one++)
                {
                    yield return one;
                }
            }
            finally
            {
                isEnded = true;
            }
        }
    }

    [Fact]
    public async Task A_mirror_that_was_filled_has_every_index_of_a_new_file()
    {
        await (await _source.OpenAsync("a")).DisposeAsync();
        using var filled = Database.Open(_source.Mirror("a"), readOnly: true);
        using var fresh = Connection.OpenWriter(_source.Mirror("fresh"));

        Assert.Contains("instance_by_name", Indexes(fresh.Database), StringComparison.Ordinal);
        Assert.Equal(Indexes(fresh.Database), Indexes(filled));
    }

    private static string Indexes(Database database) =>
        database.Scalar("SELECT group_concat(name || ': ' || sql, char(10)) FROM (SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name)")!;
}
