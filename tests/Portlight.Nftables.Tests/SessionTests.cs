using CsCheck;
using Portlight.Domain;
using Portlight.Linux;
using Portlight.Nftables.Kernel;
using Portlight.Nftables.Netlink;
using Portlight.TestKit;

namespace Portlight.Nftables.Tests;

public sealed class SessionTests
{
    [Fact]
    public void Synchronising_twice_changes_nothing_the_second_time() => Sample.Attachments.Sample(attachments => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        var ruleset = new Ruleset(Sample.Cut, attachments);
        Assert.True(session.Synchronise(ruleset).Rebuilt);
        Assert.False(session.Synchronise(ruleset).ChangedAnything);
        using var another = NftablesSession.Open();
        Assert.False(another.Synchronise(ruleset).ChangedAnything);
    }), iter: 30, threads: 1);

    [Fact]
    public void A_delta_leads_to_the_same_table_as_a_load() => Gen.Select(Sample.Attachments, Sample.Attachments).Sample((before, after) =>
    {
        var stepped = "";
        var loaded = "";
        IsolatedNetwork.Run(() =>
        {
            using var session = NftablesSession.Open();
            session.Synchronise(new Ruleset(Sample.Cut, before));
            string[] gone = [.. before.Select(attachment => attachment.Key).Except(after.Select(attachment => attachment.Key))];
            Assert.Null(session.Apply(after, gone));
            stepped = Sample.List();
            Assert.False(session.Synchronise(new Ruleset(Sample.Cut, after)).ChangedAnything);
        });
        IsolatedNetwork.Run(() =>
        {
            using var session = NftablesSession.Open();
            session.Synchronise(new Ruleset(Sample.Cut, after));
            loaded = Sample.List();
        });
        Assert.Equal(Sorted(loaded), Sorted(stepped));
    }, iter: 50, threads: 1);

    [Fact]
    public void Synchronising_leads_from_any_table_to_any_other() => Gen.Select(Sample.Attachments, Sample.Attachments).Sample((before, after) => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(Sample.Cut, before));
        var report = session.Synchronise(new Ruleset(new RulesetOptions { Connections = ConnectionPolicy.Drain }, after));
        Assert.False(report.Rebuilt);
        var repaired = Sample.List();
        session.Teardown();
        session.Synchronise(new Ruleset(new RulesetOptions { Connections = ConnectionPolicy.Drain }, after));
        Assert.Equal(Sorted(Sample.List()), Sorted(repaired));
    }), iter: 30, threads: 1);

    [Fact]
    public void A_put_goes_from_simple_to_ranged_and_back() => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(Sample.Cut, [Sample.Interface("pl1", Sample.Web)]));
        var simple = Sample.List();
        Assert.Null(session.Apply([Sample.Interface("pl1", Sample.Ranged)], []));
        Assert.NotEqual(simple, Sample.List());
        Assert.Null(session.Apply([Sample.Interface("pl1", Sample.Web)], []));
        Assert.Equal(Sorted(simple), Sorted(Sample.List()));
    });

    [Fact]
    public void What_was_staged_stays_until_no_packet_is_on_its_way_that_has_missed_the_move() => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        var (found, moved) = (new List<(string Table, KernelOpenings InForce)>(), Sample.Interface("pl1", PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80, 90))));
        session.AwaitPackets = () => found.Add((Sample.List(), KernelOpenings.Find(moved, new PortKey(NetworkProtocol.Tcp, 85, 85), Sample.Block("203.0.113.7/32"))));
        session.Synchronise(new Ruleset(Sample.Cut, [Sample.Interface("pl1", Sample.Web)]));
        Assert.Null(session.Apply([Sample.Interface("pl2", Sample.Web)], []));
        Assert.Empty(found); // nothing moves, and nobody waits

        Assert.Null(session.Apply([moved], []));

        var (table, inForce) = Assert.Single(found);
        Assert.NotEmpty(inForce.Sets);
        Assert.Contains("staged", table, StringComparison.Ordinal);
        Assert.DoesNotContain("staged", Sample.List(), StringComparison.Ordinal);
    });

    [Fact]
    public void The_kernel_waits_for_packets_that_are_on_their_way() => Assert.True(GracePeriod.Await());

    // An interval is two elements of the kernel's; the last address of all begins one that has no end.
    [Theory]
    [InlineData("::1-::5")]
    [InlineData("0:3e9:200:0:600:0:1fa5:0-0:3e9:200:0:600:0:ffff:0")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void An_interval_that_somebody_has_added_is_taken_away(string interval) => IsolatedNetwork.Run(() =>
    {
        var ruleset = new Ruleset(Sample.Cut, [Sample.Interface("pl1", Sample.Ranged)]);
        using var session = NftablesSession.Open();
        session.Synchronise(ruleset);
        var before = Sample.List();
        Sample.Load($"add element inet portlight ranged_a1_open {{ {interval} }}");
        Assert.NotEqual(before, Sample.List());
        Assert.True(session.Synchronise(ruleset).ChangedAnything);
        Assert.Equal(Sorted(before), Sorted(Sample.List()));
        Assert.False(session.Synchronise(ruleset).ChangedAnything);
    });

    [Fact]
    public void Teardown_removes_our_table_and_nothing_else() => IsolatedNetwork.Run(() =>
    {
        Sample.Load("table inet other {\n set portlight {\n type ifname\n }\n}\ntable ip portlight {\n}\n");
        var before = IsolatedNetwork.Execute("nft", "list ruleset");
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(Sample.Cut, [FilteredAttachment.Host(Sample.Ranged)]));
        Assert.True(session.Teardown());
        Assert.Equal(before, IsolatedNetwork.Execute("nft", "list ruleset"));
        Assert.False(session.Teardown());
    });

    [Fact]
    public void The_table_of_the_family_bridge_comes_and_goes_with_what_is_bridged() => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        var routed = Sample.Interface("pl1", Sample.Ranged);
        session.Synchronise(new Ruleset(Sample.Cut, [routed]));
        var before = Sample.List();
        Assert.DoesNotContain("table bridge", before, StringComparison.Ordinal);

        Assert.Null(session.Apply([routed with { IsBridged = true }], []));
        Assert.Contains("table bridge portlight", Sample.List(), StringComparison.Ordinal);
        Assert.Null(session.Apply([routed with { IsBridged = true, Ports = Sample.Web }], []));
        Assert.False(session.Synchronise(new Ruleset(Sample.Cut, [routed with { IsBridged = true, Ports = Sample.Web }])).ChangedAnything);

        Assert.Null(session.Apply([routed], []));
        Assert.Equal(Sorted(before), Sorted(Sample.List()));
        session.Apply([routed with { IsBridged = true }], []);
        Assert.True(session.Teardown());
        Assert.Equal("", IsolatedNetwork.Execute("nft", "list ruleset"));
    });

    [Fact]
    public void A_session_that_ends_leaves_the_table() => IsolatedNetwork.Run(() =>
    {
        using (var session = NftablesSession.Open())
        {
            session.Synchronise(new Ruleset(Sample.Cut, [FilteredAttachment.Host(Sample.Web)]));
        }

        Assert.Contains("chain host", Sample.List(), StringComparison.Ordinal);
    });

    [Fact]
    public void Ten_thousand_attachments_load_and_one_of_them_changes() => IsolatedNetwork.Run(() =>
    {
        FilteredAttachment[] attachments = [.. Enumerable.Range(0, 10_000).Select(i => Sample.Interface($"pl{i}", i % 10 == 0 ? Sample.Ranged : Sample.Web))];
        using var session = NftablesSession.Open();
        var report = session.Synchronise(new Ruleset(Sample.Cut, attachments));
        Assert.True(report.ElementsAdded > 60_000);
        Assert.Null(session.Apply([Sample.Interface("pl5000", PortSet.Empty), Sample.Interface("pl5001", Sample.Ranged)], ["pl9999"]));
        attachments[5000] = Sample.Interface("pl5000", PortSet.Empty);
        attachments[5001] = Sample.Interface("pl5001", Sample.Ranged);
        Assert.False(session.Synchronise(new Ruleset(Sample.Cut, attachments[..^1])).ChangedAnything);
    });

    [Fact]
    public void A_load_too_long_for_the_send_buffer_goes_in_parts() => IsolatedNetwork.Run(() =>
    {
        var ruleset = new Ruleset(Sample.Cut, Enumerable.Range(0, 3_000).Select(i => Sample.Interface($"pl{i}", i % 10 == 0 ? Sample.Ranged : Sample.Web)));
        using var narrow = NftablesSession.Open(longestTransaction: 300_000);
        var report = narrow.Synchronise(ruleset);
        using var wide = NftablesSession.Open();
        Assert.False(wide.Synchronise(ruleset).ChangedAnything);

        narrow.Teardown();
        Assert.Equal(report, wide.Synchronise(ruleset));
    });

    [Fact]
    public void A_table_is_kept_while_somebody_else_commits_all_the_time() => IsolatedNetwork.Run(() =>
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        var stop = false;
        var churn = new Thread(() =>
        {
            using var batch = new NftablesBatch(socket, "other");
            while (!Volatile.Read(ref stop))
            {
                batch.Begin();
                batch.AddTable(new TableMark(default, TableProtection.Watched, socket.PortId));
                batch.RemoveTable();
                batch.Commit();
            }
        });
        using var session = NftablesSession.Open();
        var web = new Ruleset(Sample.Cut, Enumerable.Range(0, 500).Select(i => Sample.Interface($"pl{i}", Sample.Web)));
        var ranged = new Ruleset(Sample.Cut, Enumerable.Range(0, 500).Select(i => Sample.Interface($"pl{i}", Sample.Ranged)));
        session.Synchronise(web);
        churn.Start();
        try
        {
            for (var i = 0; i < 6; i++)
            {
                Assert.False(session.Synchronise(i % 2 == 0 ? ranged : web).Rebuilt);
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            churn.Join();
        }

        Assert.False(session.Synchronise(web).ChangedAnything);
    });

    // Two tables with the same content may list elements in different orders, and sets in the order in which they were made.
    private static string Sorted(string listing) =>
        string.Join('\n', listing.Replace("elements = {", "", StringComparison.Ordinal).Split('\n').Select(line => line.Trim(' ', '\t', ',', '}')).Order(StringComparer.Ordinal));
}
