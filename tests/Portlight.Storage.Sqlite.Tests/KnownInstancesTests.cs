using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>Lists take from memory what is there, and are what the rows say all the same.</summary>
public sealed class KnownInstancesTests : IAsyncDisposable
{
    private readonly SqliteSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task An_instance_that_has_not_changed_is_not_read_again_and_one_that_has_is()
    {
        await using (var store = _source.Open())
        {
            await store.SaveAsync((_, changes) => Enumerable.Range(1, 6).Select(number => changes.Save(Sample.Instance(number))).ToList(), Cancellation);
        }

        await using var again = _source.Open();
        var first = Page(again);
        Assert.All(first.Zip(Page(again)), pair => Assert.Same(pair.First, pair.Second));
        Assert.All(first.Zip(again.View.AllInstances()), pair => Assert.Same(pair.First, pair.Second));

        await ChangeAsync(again, "web-1", instance => instance with { Ports = Sample.Ports(81) });
        await ChangeAsync(again, "web-2", instance => instance with { State = InstanceState.Stopped });
        await again.SaveAsync((view, changes) => changes.Remove(view.FindInstance(Sample.Scope, "web-3")!), Cancellation);
        await again.SaveAsync((_, changes) => changes.Save(Sample.Instance(3) with { Index = 7, KeyPairName = "another" }), Cancellation);
        foreach (var list in (IReadOnlyList<Instance>[])[Page(again), again.View.ListInstances(0, 100), again.View.AllInstances()])
        {
            Assert.Equal(["web-1", "web-2", "web-4", "web-5", "web-6", "web-3"], list.Select(instance => instance.Name));
            Assert.Equal((81, InstanceState.Stopped, "another"), (list[0].Ports.Rules[0].FromPort, list[1].State, list[5].KeyPairName));
            Assert.Equal(list[0].Revision, again.View.FindInstance(Sample.Scope, "web-1")!.Revision);
            Assert.Same(first[3], list[2]);
        }
    }

    [Fact]
    public void A_list_fills_a_part_of_the_memory_and_puts_nothing_out()
    {
        var cache = new RowCache<(Scope Scope, string Name), Instance>(capacity: 8);
        var known = new KnownInstances(cache, new LatePorts());
        known.Keep([.. Enumerable.Range(1, 20).Select(number => Sample.Instance(number) with { Revision = number })], known.Version);
        Assert.Equal([1, 2, 3, 4, 5, 6], Enumerable.Range(1, 20).Where(IsThere));

        // What is written has room, and the count stays right: the seventh and eighth go in, and the ninth starts over.
        Write(1, 7, 8);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Enumerable.Range(1, 20).Where(IsThere));
        Write(9);
        Assert.Equal([9], Enumerable.Range(1, 20).Where(IsThere));
        Assert.Null(known.Find(Key(9), 9, 10));
        Assert.Null(known.Find(Key(9), 10, 9));

        void Write(params int[] numbers)
        {
            foreach (var number in numbers)
            {
                cache.Stage(Key(number), Sample.Instance(number) with { Revision = number });
            }

            cache.BeginCommit();
            cache.EndCommit(done: true);
        }

        bool IsThere(int number) => known.Find(Key(number), Sample.Instance(number).Index, number) is not null;
    }

    private static (Scope Scope, string Name) Key(int number) => (Sample.Scope, Sample.Instance(number).Name);

    private static IReadOnlyList<Instance> Page(SqliteStore store) => store.View.ListInstances(Sample.Scope, 0, 100);

    private static Task ChangeAsync(SqliteStore store, string name, Func<Instance, Instance> change) =>
        store.SaveAsync((view, changes) => changes.Save(change(view.FindInstance(Sample.Scope, name)!)), Cancellation);
}
