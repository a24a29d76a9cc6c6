using System.Collections.Concurrent;
using Portlight.Api;

namespace Portlight.Server.Tests;

public sealed class IdsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task No_id_is_given_out_twice_however_many_ask_at_once()
    {
        const int Threads = 8;
        var each = (10 * Ids.Kept) + 1;
        var found = new ConcurrentBag<Guid[]>();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () => found.Add([.. Enumerable.Range(0, each).Select(at => at % 2 == 0 ? Ids.Random() : Ids.InOrderOf(Noon))]), TaskCreationOptions.LongRunning)));

        var all = found.SelectMany(one => one).ToList();
        Assert.Equal(Threads * each, all.Count);
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(all.Count, all.Select(one => one.ToByteArray(bigEndian: true)[9..]).Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Ids_have_the_version_and_the_variant_of_their_kind()
    {
        for (var at = 0; at < 2 * Ids.Kept; at++)
        {
            var (random, ordered) = (Ids.Random(), Ids.InOrderOf(Noon));
            Assert.Equal((4, 7), (random.Version, ordered.Version));
            Assert.All([random.Variant, ordered.Variant], variant => Assert.InRange(variant, 8, 11));
        }
    }

    [Fact]
    public void Ids_in_order_of_time_sort_by_it_as_text_and_as_bytes()
    {
        var ids = Enumerable.Range(0, 1_000).Select(at => Ids.InOrderOf(Noon.AddMilliseconds(at * 37))).ToList();
        Assert.Equal(ids.Select(id => id.ToString()), ids.Select(id => id.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(ids, ids.OrderBy(id => Convert.ToHexString(id.ToByteArray(bigEndian: true)), StringComparer.Ordinal));
        Assert.StartsWith(Guid.CreateVersion7(Noon).ToString()[..13], Ids.InOrderOf(Noon).ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Ids.InOrderOf(DateTimeOffset.UnixEpoch.AddMilliseconds(-1)));
    }
}
