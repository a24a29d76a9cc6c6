using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Nftables.Tests;

/// <summary>What packets have put into the table is nobody's to repair, and outlives the table that it was put into.</summary>
public sealed class RefusalTests
{
    private static readonly string[] Noted =
    [
        "add element inet portlight refused4 { 1001 . 198.51.100.1 . tcp . 23 counter packets 7 bytes 420 expires 5m }",
        "add element inet portlight refused_last4 { 1001 . 198.51.100.1 . tcp . 23 expires 9m }",
        "add element inet portlight refused6 { 1001 . 2001:db8::7 . udp . 53 counter packets 1 bytes 60 }",
        "add element inet portlight refused4 { 1002 . 192.0.2.1 . tcp . 80 counter packets 2 bytes 80 }",
    ];

    [Fact]
    public void What_is_noted_is_read_for_each_attachment_and_is_no_drift() => IsolatedNetwork.Run(() =>
    {
        var ruleset = new Ruleset(Sample.Cut, [Sample.Interface("pl1", Sample.Web), Sample.Interface("pl2", Sample.Ranged)]);
        using var session = NftablesSession.Open();
        session.Synchronise(ruleset);
        Note();
        var now = new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

        Assert.False(session.Synchronise(ruleset).ChangedAnything);
        var found = KernelRefusals.Find(Sample.Interface("pl1", Sample.Web), now)!;

        Assert.Equal((9, 540), (found.Packets, found.Bytes));
        Assert.Equal(["198.51.100.1 6 23 7 420", "2001:db8::7 17 53 1 60"], found.Some.Select(one => $"{one.Source} {one.Protocol} {one.Port} {one.Packets} {one.Bytes}"));
        Assert.InRange(found.Some[0].FirstAt, now.AddMinutes(-5).AddSeconds(-10), now.AddMinutes(-5));
        Assert.InRange(found.Some[0].LastAt, now.AddMinutes(-1).AddSeconds(-10), now.AddMinutes(-1));
        Assert.Equal("192.0.2.1", Assert.Single(KernelRefusals.Find(Sample.Interface("pl2", Sample.Ranged), now)!.Some).Source.ToString());
        Assert.Null(KernelRefusals.Find(Sample.Interface("pl3", Sample.Web), now));
    });

    [Fact]
    public void A_table_that_is_made_anew_takes_over_what_was_noted_and_counted_of_what_is_still_attached() => IsolatedNetwork.Run(() =>
    {
        FilteredAttachment[] few = [Sample.Interface("pl1", Sample.Web), Sample.Interface("pl2", Sample.Web) with { IsBridged = true }];
        FilteredAttachment[] many = [.. Enumerable.Range(3, 500).Select(i => Sample.Interface($"pl{i}", Sample.Web) with { Owner = Sample.Owner((uint)i) })];
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(Sample.Cut, few));
        Note();
        Sample.Load("add element bridge portlight refused4 { 1002 . 192.0.2.1 . tcp . 80 counter packets 3 bytes 80 }\n");

        // Outgrows open_ports.
        Assert.Null(session.Apply(many, []));

        Assert.Contains("size 4096", Sample.List(), StringComparison.Ordinal);
        var one = KernelRefusals.Find(few[0], DateTimeOffset.UnixEpoch)!;
        Assert.Equal((9, 540, 2), (one.Packets, one.Bytes, one.Some.Length));
        Assert.Equal((7, 420), (one.Some[0].Packets, one.Some[0].Bytes));
        Assert.Equal(3, Assert.Single(KernelRefusals.Find(few[1], DateTimeOffset.UnixEpoch)!.Some).Packets);
        Assert.Equal(0, KernelRefusals.Find(many[0], DateTimeOffset.UnixEpoch)!.Packets);
        Assert.False(session.Synchronise(new Ruleset(Sample.Cut, [.. few, .. many])).ChangedAnything);

        // What is counted of one that is gone is gone with it.
        Assert.Null(session.Apply([], ["pl1"]));
        Assert.Null(KernelRefusals.Find(few[0], DateTimeOffset.UnixEpoch));
        Assert.Null(session.Apply([few[0]], []));
        Assert.Equal(0, KernelRefusals.Find(few[0], DateTimeOffset.UnixEpoch)!.Packets);
    });

    [Fact]
    public void A_lost_table_comes_back_and_begins_to_count_anew() => IsolatedNetwork.Run(() =>
    {
        var ruleset = new Ruleset(Sample.Cut, [Sample.Interface("pl1", Sample.Web)]);
        using var session = NftablesSession.Open();
        session.Synchronise(ruleset);
        Note();
        Sample.Load("flush ruleset\n");

        Assert.True(session.Repair() is { Rebuilt: true });
        var found = KernelRefusals.Find(Sample.Interface("pl1", Sample.Web), DateTimeOffset.UnixEpoch)!;
        Assert.Equal((0, 0), (found.Packets, found.Some.Length));
        Assert.False(session.Synchronise(ruleset).ChangedAnything);
    });

    [Fact]
    public void A_kernel_that_cannot_note_refuses_all_the_same() => IsolatedNetwork.Run(() =>
    {
        var ruleset = new Ruleset(new RulesetOptions { NotesRefused = false }, [FilteredAttachment.Host(Sample.Web), Sample.Interface("pl1", Sample.Web) with { IsBridged = true }, Sample.Interface("pl2", Sample.Web)]);
        using var session = NftablesSession.Open();
        session.Synchronise(ruleset);

        var listing = Sample.List();
        Assert.DoesNotContain("refused", listing, StringComparison.Ordinal);
        Assert.DoesNotContain("counter", listing, StringComparison.Ordinal);
        Assert.Equal(3, listing.Split("drop comment \"not in the port set\"").Length - 1);
        Assert.Null(KernelRefusals.Find(Sample.Interface("pl2", Sample.Web), DateTimeOffset.UnixEpoch));

        // After an update of the kernel.
        Assert.True(session.Synchronise(new Ruleset(Sample.Cut, ruleset.Attachments.Values)).ChangedAnything);
        Assert.Equal(0, KernelRefusals.Find(Sample.Interface("pl2", Sample.Web), DateTimeOffset.UnixEpoch)!.Packets);
        Assert.False(session.Synchronise(new Ruleset(Sample.Cut, ruleset.Attachments.Values)).ChangedAnything);
    });

    [Fact]
    public void Counters_of_single_ports_go_over_to_a_table_that_is_made_anew() => IsolatedNetwork.Run(() =>
    {
        var options = new RulesetOptions { CountsPackets = true };
        FilteredAttachment[] few = [Sample.Interface("pl1", PortSet.Of([.. Sample.Web.Rules, .. Sample.Ranged.Rules])), FilteredAttachment.Host(Sample.Web) with { Owner = Sample.Owner(9) }];
        FilteredAttachment[] many = [.. Enumerable.Range(3, 500).Select(i => Sample.Interface($"pl{i}", Sample.Web) with { Owner = Sample.Owner((uint)i) })];
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(options, few));
        Sample.Load("delete element inet portlight open_ports { 1001 . tcp . 22 }\nadd element inet portlight open_ports { 1001 . tcp . 22 counter packets 5 bytes 300 }\n");
        Assert.False(session.Synchronise(new Ruleset(options, few)).ChangedAnything);

        Assert.Null(session.Apply(many, []));

        var counters = KernelCounters.Find(few[0], ConnectionPolicy.Cut);
        Assert.Equal((5, 300), counters.Where(one => one.Port == 22).Select(one => (one.Packets, one.Bytes)).Single());
        // Three ports, a range twice, once more from a network, and 53 from one network of each family.
        Assert.Equal(["tcp 22", "tcp 443", "tcp 80", "tcp 8000", "tcp 8000", "tcp 8050", "udp 53", "udp 53"], counters.Select(one => $"{one.Protocol.ToWire()} {one.Port}").Order(StringComparer.Ordinal));
        Assert.Equal(6, KernelCounters.Find(few[1], ConnectionPolicy.Cut).Length);
        Assert.False(session.Synchronise(new Ruleset(options, [.. few, .. many])).ChangedAnything);
    });

    private static void Note() => Sample.Load(string.Join('\n', Noted) + """

        delete element inet portlight refusing { 1001 }
        add element inet portlight refusing { 1001 counter packets 9 bytes 540 limit rate 500/second burst 500 packets }

        """);
}
