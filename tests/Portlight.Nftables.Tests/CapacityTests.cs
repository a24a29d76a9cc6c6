using System.Text.RegularExpressions;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Kernel;
using Portlight.Nftables.Netlink;
using Portlight.TestKit;

namespace Portlight.Nftables.Tests;

/// <summary>Hash sets have a size, because the kernel is twice as fast with those; it must be in nobody's way.</summary>
public sealed partial class CapacityTests
{
    [Fact]
    public void A_set_that_is_full_is_made_larger_and_nothing_is_missing() => IsolatedNetwork.Run(() =>
    {
        FilteredAttachment[] all = [.. Enumerable.Range(1, 400).Select(i => Sample.Interface($"pl{i}", Sample.Web) with { Owner = Sample.Owner((uint)i) })];
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(Sample.Cut, []));
        Assert.Equal(1024, Capacity());
        foreach (var some in all.Chunk(50))
        {
            Assert.Null(session.Apply(some, []));
        }

        // Six elements each: outgrown twice.
        Assert.InRange(Capacity(), 2400, 8192);
        Assert.False(session.Synchronise(new Ruleset(Sample.Cut, all)).ChangedAnything);
        var stepped = Sample.List();
        session.Teardown();
        session.Synchronise(new Ruleset(Sample.Cut, all));
        Assert.Equal(WithoutSizes(Sample.List()).Split('\n').Order(), WithoutSizes(stepped).Split('\n').Order());
    });

    [Fact]
    public void A_lost_table_comes_back_with_room_for_what_was_in_it() => IsolatedNetwork.Run(() =>
    {
        FilteredAttachment[] all = [.. Enumerable.Range(1, 400).Select(i => Sample.Interface($"pl{i}", Sample.Web) with { Owner = Sample.Owner((uint)i) })];
        using var session = NftablesSession.Open();
        session.Synchronise(new Ruleset(Sample.Cut, all));
        var right = Sample.List();
        Sample.Load("flush ruleset\n");

        Assert.True(session.Repair() is { Rebuilt: true });
        Assert.Equal(right.Split('\n').Order(), Sample.List().Split('\n').Order());
    });

    [Fact]
    public void A_table_whose_sets_have_no_size_is_replaced() => IsolatedNetwork.Run(() =>
    {
        var ruleset = new Ruleset(Sample.Cut, [Sample.Interface("pl1", Sample.Web), Sample.Interface("pl2", Sample.Ranged)]);
        using (var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter))
        using (var batch = new NftablesBatch(socket))
        {
            var older = TableDifference.Whole(TableSpec.Compile(ruleset), new TableMark(default, TableProtection.Watched, socket.PortId), actual: null);
            for (var i = 0; i < older.NewSets.Count; i++)
            {
                // Those that packets fill have always had one.
                older.NewSets[i] = older.NewSets[i] is { Timeout: > 0 } noted ? noted : older.NewSets[i] with { Capacity = 0 };
            }

            batch.Begin();
            older.Write(batch, null);
            batch.Commit();
        }

        var grows = Sample.List();
        Assert.DoesNotContain("size 1024", grows, StringComparison.Ordinal);
        using var session = NftablesSession.Open();
        Assert.True(session.Synchronise(ruleset).Rebuilt);
        Assert.Equal(WithoutSizes(grows).Split('\n').Order(), WithoutSizes(Sample.List()).Split('\n').Order());
    });

    private static int Capacity() => int.Parse(OpenPorts().Match(Sample.List()).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    private static string WithoutSizes(string listing) => Sizes().Replace(listing, "");

    [GeneratedRegex(@"set open_ports \{\s+type [^\n]+\s+size (\d+)")]
    private static partial Regex OpenPorts();

    [GeneratedRegex(@"^\s+size \d+\n", RegexOptions.Multiline)]
    private static partial Regex Sizes();
}
