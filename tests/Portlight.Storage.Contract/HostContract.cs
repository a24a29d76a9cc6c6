using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Storage.Contract;

/// <summary>Hosts, what is theirs, and how far the kernel of each is.</summary>
public abstract class HostContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    [Fact]
    public async Task A_host_is_read_back_whole_and_found_by_its_token()
    {
        var full = Host("fra-07") with
        {
            State = HostState.Draining,
            JoinedAt = Sample.Start.AddMinutes(1),
            LastSeenAt = Sample.Start.AddMinutes(2),
            Token = new HostToken("0011223344556677", "ab", Sample.Start.AddHours(1)) { UsedFor = "cd" },
            Certificates = [new HostCertificate("7f01", "cd", Sample.Start.AddDays(30), [1, 2, 3]), new HostCertificate("7f02", "ef", Sample.Start.AddDays(60), [])],
            Link = new HostLink("one", 7, Sample.Start.AddMinutes(3)) { Report = """{"status":{}}""" },
            Servers = [new ServingServer("one", [new Uri("https://192.0.2.1:8581"), new Uri("https://[2001:db8::1]:8581")], Sample.Start), new ServingServer("two", [], Sample.Start.AddSeconds(5))],
        };
        await ChangeAsync(changes => changes.Save(full));
        await ChangeAsync(changes => changes.Save(Host("ams-01")));
        await ReopenAsync();

        AssertSame(full, View.FindHost("fra-07"));
        AssertSame(full, View.FindHostOfToken("0011223344556677"));
        Assert.Null(View.FindHostOfToken("8899aabbccddeeff"));
        Assert.Equal(["ams-01", "fra-07"], View.ListHosts().Select(host => host.Name));
        Assert.Equal(["ams-01"], View.ListHosts(limit: 1).Select(host => host.Name));
        Assert.Equal(["fra-07"], View.ListHosts("ams-01").Select(host => host.Name));
    }

    [Fact]
    public async Task A_host_changes_and_a_newer_token_takes_the_place_of_the_older()
    {
        await ChangeAsync(changes => changes.Save(Host("fra-07") with { Token = new HostToken("1111111111111111", "ab", Sample.Start) }));
        await ChangeAsync(changes => changes.Save(Host("fra-07") with { State = HostState.Revoked, Token = new HostToken("2222222222222222", "ab", Sample.Start) }));

        Assert.Null(View.FindHostOfToken("1111111111111111"));
        Assert.Equal(HostState.Revoked, View.FindHostOfToken("2222222222222222")!.State);
    }

    [Fact]
    public async Task What_is_listed_on_a_host_is_the_newest_of_each_and_nothing_that_is_gone()
    {
        var there = new Attachment.Lab { Host = "fra-07" };
        await ChangeAsync(changes =>
        {
            changes.Save(Sample.Instance(1) with { Attachment = there });
            changes.Save(Sample.Instance(2) with { Attachment = there });
            changes.Save(Sample.Instance(3));
        });
        Assert.Equal(["web-1", "web-2"], View.ListInstancesOn("fra-07").Select(instance => instance.Name));
        Assert.Equal(["web-1", "web-2"], View.ListInstancesOn("fra-07").Select(instance => instance.Name)); // from memory, where there is one

        await ChangeAsync(changes => changes.Save(View.FindInstance(Sample.Instance(1).Scope, "web-1")! with { Ports = PortSet.Empty }));
        await ChangeAsync(changes => changes.Remove(View.FindInstance(Sample.Instance(2).Scope, "web-2")!));
        var left = Assert.Single(View.ListInstancesOn("fra-07"));
        Assert.Equal(("web-1", PortSet.Empty), (left.Name, left.Ports));
        Sample.AssertSame(View.FindInstance(left.Scope, "web-1")!, left);
        Assert.Equal("web-3", Assert.Single(View.ListInstancesOn(HostName.Local)).Name);
    }

    [Fact]
    public async Task The_newest_revision_that_is_awaited_of_a_host_is_that_of_its_records_which_outlive_instances()
    {
        await ChangeAsync(changes =>
        {
            changes.Save(Sample.Operation(1, "web-1", awaits: 7) with { Host = "fra-07" });
            changes.Save(Sample.Operation(2, "web-1", awaits: 5) with { Host = "fra-07" });
            changes.Save(Sample.Operation(3, "web-1", awaits: 8) with { Status = OperationStatus.Failed, Host = "fra-07" });
            changes.Save(Sample.Operation(4, "web-2", awaits: 9) with { Host = "ams-01" });
        });
        await ReopenAsync();

        Assert.Equal(7, View.NewestAwaitedOn("fra-07"));
        Assert.Equal(0, View.NewestAwaitedOn("lon-01"));
    }

    [Fact]
    public async Task Of_two_writes_that_consume_one_token_the_second_sees_the_first()
    {
        await ChangeAsync(changes => changes.Save(Host("fra-07") with { Token = new HostToken("1111111111111111", "ab", Sample.Start) }));
        var hold = await HoldWriterAsync();
        var won = Enumerable.Range(0, 4).Select(number => Store.SaveAsync((view, changes) =>
        {
            var host = view.FindHost("fra-07")!;
            if (host.Token!.UsedFor is not null)
            {
                return false;
            }

            changes.Save(host with { Token = host.Token with { UsedFor = $"key-{number}" } });
            return true;
        }, Cancellation)).ToList();
        hold.Dispose();

        var outcomes = await Task.WhenAll(won);
        Assert.Equal([true, false, false, false], outcomes);
    }

    [Fact]
    public async Task Instances_are_listed_by_their_host_which_their_changes_keep()
    {
        var elsewhere = new Attachment.Interface("tap0", [], []) { Host = "fra-07" };
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        var saved = await ChangeAsync(changes => changes.Save(Sample.Instance(2) with { Attachment = elsewhere }));
        await ChangeAsync(changes => changes.Save(Sample.Instance(3) with { Attachment = new Attachment.Lab { Host = "ams-01" } }));
        await ChangeAsync(changes => changes.Save(saved with { Ports = Sample.Ports(443) }));
        await ChangeAsync(changes => changes.Save(saved with { Ports = Sample.Ports(444), Unconfirmed = Sample.Unconfirmed(new EarlierPorts(elsewhere, Sample.Ssh)) }));
        await ReopenAsync();

        Assert.Equal(["web-1"], View.ListInstancesOn(HostName.Local).Select(instance => instance.Name));
        var there = Assert.Single(View.ListInstancesOn("fra-07"));
        Assert.Equal(("fra-07", "fra-07", Sample.Ports(444)), (there.Attachment.Host, there.Unconfirmed!.Before!.Attachment.Host, there.Ports));
        Assert.Equal(["web-3"], View.ListInstancesOn("ams-01").Select(instance => instance.Name));
        Assert.Empty(View.ListInstancesOn("gone"));
        await ChangeAsync(changes => changes.Remove(there));
        Assert.Empty(View.ListInstancesOn("fra-07"));
    }

    [Fact]
    public async Task What_awaits_a_host_succeeds_when_that_host_has_it_and_not_when_another_has()
    {
        await ChangeAsync(changes => changes.Save(Awaiting(1, changes, "fra-07")));
        await ChangeAsync(changes => changes.Save(Awaiting(2, changes, HostName.Local)));
        await ChangeAsync(changes => changes.Save(Awaiting(3, changes, "fra-07")));

        Store.NoteApplied(HostName.Local, 3);
        Store.NoteApplied("ams-01", 3);
        Assert.Equal([OperationStatus.Started, OperationStatus.Succeeded, OperationStatus.Started], Statuses());

        Store.NoteApplied("fra-07", 1);
        Assert.Equal([OperationStatus.Succeeded, OperationStatus.Succeeded, OperationStatus.Started], Statuses());
        Assert.Equal((3, 1, 0), (View.AppliedOn(HostName.Local), View.AppliedOn("fra-07"), View.AppliedOn("gone")));
        await ReopenAsync();
        Assert.Equal((3, 1), (View.AppliedOn(HostName.Local), View.AppliedOn("fra-07")));
        Assert.Equal([OperationStatus.Succeeded, OperationStatus.Succeeded, OperationStatus.Started], Statuses());

        // A prune of all that is old leaves what nobody has confirmed.
        Assert.Equal(2, await Store.PruneAsync(Sample.Start.AddDays(1), Cancellation));
        Assert.Equal("fra-07", Assert.Single(View.ListOperations(Sample.Scope, null, null, 9).Operations).Host);

        OperationStatus[] Statuses() => [.. Enumerable.Range(1, 3).Select(number => View.FindOperation(Sample.Scope, Sample.Id(number))!.Status)];
    }

    [Fact]
    public async Task What_a_removed_host_has_not_confirmed_fails_and_the_rest_stays()
    {
        await ChangeAsync(changes => changes.Save(Host("fra-07")));
        await ChangeAsync(changes => changes.Save(Awaiting(1, changes, "fra-07")));
        await ChangeAsync(changes => changes.Save(Awaiting(2, changes, "fra-07")));
        await ChangeAsync(changes => changes.Save(Awaiting(3, changes, "ams-01")));
        Store.NoteApplied("fra-07", 1);
        await ChangeAsync(changes => changes.Remove(new HostRemoval(Host("fra-07"), Sample.Start.AddDays(1), "HostRemoved", "the host was removed")));
        await ReopenAsync();

        Assert.Null(View.FindHost("fra-07"));
        Assert.Equal(OperationStatus.Succeeded, View.FindOperation(Sample.Scope, Sample.Id(1))!.Status);
        var failed = View.FindOperation(Sample.Scope, Sample.Id(2))!;
        Assert.Equal((OperationStatus.Failed, "HostRemoved", "the host was removed", Sample.Start.AddDays(1)), (failed.Status, failed.ErrorCode, failed.ErrorDetails, failed.StatusChangedAt));
        Assert.Equal(OperationStatus.Started, View.FindOperation(Sample.Scope, Sample.Id(3))!.Status);
    }

    private static Host Host(string name) => new() { Name = name, Zone = "eu-central-1a", State = HostState.Joining, CreatedAt = Sample.Start };

    private static Operation Awaiting(long number, Changes changes, string host) =>
        Sample.Operation(number, $"web-{number}", changes.Save(Sample.Instance(number) with { Attachment = new Attachment.Lab { Host = host } }).Revision) with { Host = host };

    [Fact]
    public async Task An_observer_of_hosts_is_told_of_each_that_is_stored_anew_before_the_write_returns()
    {
        var told = new List<string>();
        Store.ObserveHosts(names => told.AddRange(names.Select(name => $"{name} {View.FindHost(name)?.State}")));
        await ChangeAsync(changes => changes.Save(Host("fra-07")));
        Assert.Equal(["fra-07 Joining"], told);
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        await ChangeAsync(changes => changes.Save(Host("fra-07") with { State = HostState.Revoked }));
        await ChangeAsync(changes => changes.Remove(new HostRemoval(Host("fra-07"), Sample.Start, "HostRemoved", "gone")));
        Assert.Equal(["fra-07 Joining", "fra-07 Revoked", "fra-07 "], told);
        Assert.Throws<InvalidOperationException>(() => Store.ObserveHosts(_ => { }));
    }

    private static void AssertSame(Host expected, Host? actual)
    {
        Assert.Equal(expected.Certificates.Select(Words), actual!.Certificates.Select(Words));
        Assert.Equal(expected.Servers.Select(Server), actual.Servers.Select(Server));
        Assert.Equal(expected with { Certificates = [], Servers = [] }, actual with { Certificates = [], Servers = [] });

        static string Server(ServingServer one) => $"{one.Id} {string.Join(' ', one.Agents.Select(address => address.OriginalString))} {one.BeatAt:O}";

        static string Words(HostCertificate one) => $"{one.Serial} {one.PublicKey} {one.ExpiresAt:O} {Convert.ToHexString(one.Der.AsSpan())}";
    }
}
