using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Sqlite.Tests;

/// <summary>Changes of nothing but ports, which are appended and copied into rows many at once: that nobody who reads can tell.</summary>
public sealed class PortChangeTests : IAsyncDisposable
{
    private readonly SqliteSource _source = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task Many_changes_are_copied_at_once_and_no_reader_sees_ports_go_back()
    {
        const int Instances = 8, Each = 100;
        await using (var earlier = _source.Open())
        {
            await MakeAsync(earlier, Instances);
        }

        Fill(_source.Path, PortChangeRows.MaxPending - (Instances * Each / 2));
        await using var store = _source.Open();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReadUntil(store, done.Token), Cancellation)).ToList();

        var last = await Task.WhenAll(Enumerable.Range(1, Instances).Select(number => Task.Run(async () =>
        {
            var name = Sample.Instance(number).Name;
            Instance saved = null!;
            for (var port = 1; port <= Each; port++)
            {
                saved = await PutAsync(store, name, Sample.Ports(port));
            }

            return saved;
        }, Cancellation)));
        await done.CancelAsync();

        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 10));
        AssertInstances(store, last);
        Assert.InRange(Count(store, "port_change"), 1, Instances * Each);
        Assert.Equal(Instances, Count(store, "instance_ports"));
        await store.DisposeAsync();
        await using var again = _source.Open();
        AssertInstances(again, last);
        Assert.Equal(last.Max(instance => instance.Revision), again.Revision);
        Assert.Equal(again.Revision + 1, (await PutAsync(again, last[0].Name, Sample.Ports(9))).Revision);
    }

    [Fact]
    public async Task What_becomes_of_an_instance_after_its_ports_have_changed_stands_after_a_restart()
    {
        var store = _source.Open();
        await MakeAsync(store, 4);
        await PutAsync(store, "web-1", Sample.Ports(1));
        await PutAsync(store, "web-2", Sample.Ports(2));
        await PutAsync(store, "web-3", Sample.Ports(3));
        await PutAsync(store, "web-4", Sample.Ports(4));
        await store.SaveAsync((view, changes) => changes.Save(view.FindInstance(Sample.Scope, "web-2")! with { State = InstanceState.Stopped }), Cancellation);
        await store.SaveAsync((view, changes) => (int)changes.Remove(view.FindInstance(Sample.Scope, "web-3")!), Cancellation);
        await store.SaveAsync((view, changes) => changes.Save(view.FindInstance(Sample.Scope, "web-4")! with { Unconfirmed = Sample.Unconfirmed(null) }), Cancellation);
        await PutAsync(store, "web-4", Sample.Ports(44));
        var before = store.View.AllInstances();

        for (var again = 0; again < 3; again++)
        {
            await store.DisposeAsync();
            if (again == 1)
            {
                Fill(_source.Path, PortChangeRows.MaxPending);
            }

            store = _source.Open();
            Assert.Equal([1, 2, 44], store.View.AllInstances().Select(instance => instance.Ports.Rules[0].FromPort));
            AssertInstances(store, before);
            Assert.Equal([4L], store.View.ListWithDeadlines().Select(instance => instance.Index));
            await store.SaveAsync((_, changes) => changes.NewIndex(), Cancellation);
            await PutAsync(store, "web-1", Sample.Ports(1));
            before = store.View.AllInstances();
        }

        Assert.Equal((1, 1), (Count(store, "port_change"), Count(store, "instance_ports WHERE idx <> 1 AND idx <> 2")));
        await store.DisposeAsync();
    }

    /// <summary>Rows say less where a rule says nothing in particular.</summary>
    [Fact]
    public async Task Every_kind_of_rule_is_read_back()
    {
        Cidr[] ipv4 = [Cidr.AnyIpv4, Block("192.0.2.0/24")], ipv6 = [Cidr.AnyIpv6, Block("2001:db8::/32")];
        var sets = from protocol in Enum.GetValues<NetworkProtocol>()
                   from ports in new[] { (0, 65535), (22, 22), (8, -1), (-1, -1), (80, 90) }
                   from first in new Cidr[][] { [], [ipv4[0]], [ipv4[1]], ipv4 }
                   from second in new Cidr[][] { [], [ipv6[0]], [ipv6[1]], ipv6 }
                   from alias in new string[][] { [], ["lightsail-connect"] }
                   select PortSet.Of(new PortRule(new PortKey(protocol, ports.Item1, ports.Item2), [.. first], [.. second], [.. alias]));
        var wanted = sets.Append(PortSet.Empty).ToList();
        await using (var store = _source.Open())
        {
            await MakeAsync(store, wanted.Count);
            await Task.WhenAll(wanted.Select((ports, at) => PutAsync(store, Sample.Instance(at + 1).Name, ports)));
        }

        await using var again = _source.Open();
        Assert.Equal(wanted, again.View.AllInstances().Select(instance => instance.Ports));
        Assert.Equal(0, Count(again, "instance_ports"));
    }

    [Fact]
    public async Task A_copy_that_finds_no_room_is_undone_and_made_later()
    {
        var store = _source.Open();
        var ports = Enumerable.Range(1, 400).ToDictionary(number => Sample.Instance(number).Name, _ => 22);
        await MakeAsync(store, ports.Count);
        for (var put = 1; put < PortChangeRows.MaxPending / 400; put++)
        {
            await Task.WhenAll(ports.Keys.Select(name => PutAsync(store, name, Sample.Ports(put))));
            ports = ports.ToDictionary(pair => pair.Key, _ => put);
        }

        store.WriterDatabase.Execute($"PRAGMA max_page_count = {store.WriterDatabase.Scalar("PRAGMA page_count")}");
        await Assert.ThrowsAsync<StoreException>(async () =>
        {
            foreach (var name in Enumerable.Repeat(ports.Keys, 3).SelectMany(names => names).ToList())
            {
                await PutAsync(store, name, Sample.Ports(1_000));
                ports[name] = 1_000;
            }
        });
        AssertPorts();
        Assert.Equal(0, Count(store, "instance_ports"));

        store.WriterDatabase.Execute("PRAGMA max_page_count = 1000000");
        for (var put = 2_000; put < 2_002; put++)
        {
            await Task.WhenAll(ports.Keys.Select(name => PutAsync(store, name, Sample.Ports(put))));
            ports = ports.ToDictionary(pair => pair.Key, _ => put);
        }

        AssertPorts();
        Assert.Equal(400, Count(store, "instance_ports"));
        await store.DisposeAsync();
        store = _source.Open();
        AssertPorts();
        await store.DisposeAsync();

        void AssertPorts() => Assert.All(store.View.AllInstances(), instance => Assert.Equal(Sample.Ports(ports[instance.Name]), instance.Ports));
    }

    private static long ReadUntil(SqliteStore store, CancellationToken done)
    {
        var seen = new ConcurrentDictionary<long, long>();
        for (var reads = 0L; ; reads++)
        {
            foreach (var instance in reads % 2 == 0 ? store.View.AllInstances() : store.View.ListInstances(Sample.Scope, 0, 100))
            {
                var before = seen.GetValueOrDefault(instance.Index);
                Assert.True(instance.Revision >= before, $"instance {instance.Index} went back from revision {before} to {instance.Revision}");
                seen[instance.Index] = instance.Revision;
            }

            if (done.IsCancellationRequested)
            {
                return reads;
            }
        }
    }

    private static Task MakeAsync(SqliteStore store, int count) => store.SaveAsync(
        (_, changes) =>
        {
            for (var number = 1; number <= count; number++)
            {
                changes.Save(Sample.Instance(number));
            }

            return count;
        },
        Cancellation);

    private static Task<Instance> PutAsync(SqliteStore store, string name, PortSet ports) =>
        store.SaveAsync((view, changes) => changes.Save(view.FindInstance(Sample.Scope, name)! with { Ports = ports }), Cancellation);

    private static void AssertInstances(SqliteStore store, IReadOnlyList<Instance> expected)
    {
        var found = store.View.AllInstances();
        Assert.Equal(expected.Count, found.Count);
        foreach (var (at, instance) in expected.Index())
        {
            Sample.AssertSame(instance, found[at]);
            Sample.AssertSame(instance, store.View.FindInstance(Sample.Scope, instance.Name));
        }
    }

    /// <summary>Changes of the first instance to what it has, so many that they are copied with the next commit.</summary>
    private static void Fill(string path, int count)
    {
        using var database = Database.Open(path, readOnly: false);
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) INSERT INTO port_change SELECT -i, 1, '{{\"ports\":[]}}' FROM n"));
    }

    private static Cidr Block(string text) => Cidr.TryParse(text, text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out var block, out _) ? block : throw new FormatException(text);

    private static long Count(SqliteStore store, string table) => long.Parse(store.WriterDatabase.Scalar($"SELECT count(*) FROM {table}")!, CultureInfo.InvariantCulture);
}
