using Portlight.Domain;
using Portlight.Linux;
using Portlight.Nftables.Netlink;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Nftables.Tests;

public sealed class DriftTests
{
    private static readonly Ruleset Desired = new(Sample.Cut,
    [
        FilteredAttachment.Host(Sample.Web),
        Sample.Interface("pl1", Sample.Web) with { PeerGroup = 7, PrivateAddresses = [Sample.Block("172.26.0.5")] },
        Sample.Interface("pl2", Sample.Ranged),
        Sample.Interface("pl4", Sample.Ranged) with { IsBridged = true },
    ]);

    public static TheoryData<string, DriftKind> Tamperings => new()
    {
        { "flush table inet portlight", DriftKind.Touched },
        { "delete table inet portlight", DriftKind.Removed },
        { "flush ruleset", DriftKind.Removed },
        { "flush chain inet portlight instance", DriftKind.Touched },
        { "insert rule inet portlight postrouting accept", DriftKind.Touched },
        { "insert rule inet portlight postrouting accept comment \"leaves by an attached interface\"", DriftKind.Touched },
        { "delete element inet portlight attached { \"pl1\" }", DriftKind.Touched },
        { "delete element inet portlight bound_devices { 1001 }", DriftKind.Touched },
        { "add element inet portlight attached { \"pl9\" }", DriftKind.Touched },
        { "add element inet portlight open_ports { 1001 . tcp . 8888 }", DriftKind.Touched },
        { "flush set inet portlight family_ports", DriftKind.Touched },
        { "flush chain inet portlight refused", DriftKind.Touched },
        { "delete element inet portlight refusing { 1001 }", DriftKind.Touched },
        { "flush map inet portlight ranged", DriftKind.Touched },
        { "add chain inet portlight foreign { type filter hook input priority 0; policy drop; }", DriftKind.Touched },
        { "add set inet portlight foreign { type ipv4_addr; }", DriftKind.Touched },
        { "add counter inet portlight foreign", DriftKind.Touched },
        { "add table inet portlight { flags dormant; }", DriftKind.Touched },
        { "add chain inet portlight postrouting { policy drop; }", DriftKind.Touched },
        { "delete table bridge portlight", DriftKind.Removed },
        { "flush table bridge portlight", DriftKind.Touched },
        { "flush chain bridge portlight instance", DriftKind.Touched },
        { "insert rule bridge portlight postrouting accept", DriftKind.Touched },
        { "delete element bridge portlight bound_devices { 1004 }", DriftKind.Touched },
        { "flush set bridge portlight replies", DriftKind.Touched },
        { "add element bridge portlight open_ports { 1004 . tcp . 8888 }", DriftKind.Touched },
        { "add table bridge portlight { flags dormant; }", DriftKind.Touched },
        { "flush map inet portlight bridged_owners", DriftKind.Touched },
    };

    [Theory]
    [MemberData(nameof(Tamperings))]
    public void Tampering_is_noticed_and_repaired_by_one_synchronise(string command, DriftKind kind) => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(Desired);
        var right = Sample.List();
        using var watcher = NftablesWatcher.Open(session);

        Sample.Load(command + "\n");
        var drift = Await(watcher.WaitAsync());

        Assert.Equal(kind, drift.Kind);
        Assert.Equal("nft", drift.ProcessName);
        Assert.True(session.Synchronise(Desired).ChangedAnything);
        Assert.False(session.Synchronise(Desired).ChangedAnything);
        Assert.Equal(right.Split('\n').Order(), Sample.List().Split('\n').Order());
    });

    [Fact]
    public void Our_own_commits_and_other_tables_are_not_drift() => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        using var watcher = NftablesWatcher.Open(session);
        session.Synchronise(Desired);
        session.Apply([Sample.Interface("pl1", PortSet.Empty)], []);
        Sample.Load("table inet other {\n chain portlight {\n accept\n }\n}\n");
        session.Teardown();

        // Events come in order: what is seen first is this one, so nothing was seen before.
        Sample.Load("table inet portlight {\n}\n");
        Assert.Equal(DriftKind.Touched, Await(watcher.WaitAsync()).Kind);
        Assert.False(watcher.TryTake(out _));
    });

    [Fact]
    public void Only_what_others_commit_changes_the_foreign_generation() => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(Desired);
        var before = session.ForeignGeneration;
        session.Apply([Sample.Interface("pl2", Sample.Web)], ["pl1"]);
        session.Synchronise(Desired);
        Assert.Equal(before, session.ForeignGeneration);
        Sample.Load("table inet other {\n}\n");
        Assert.NotEqual(before, session.ForeignGeneration);
    });

    [Fact]
    public void A_table_that_is_lost_again_while_it_is_repaired_is_repaired_again() => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(Desired);
        var right = Sample.List();
        var calls = 0;
        using var watcher = NftablesWatcher.Open(session, _ =>
        {
            session.Repair();
            if (calls++ == 0)
            {
                Sample.Load("flush ruleset\n");
            }
        });

        Sample.Load("flush ruleset\n");
        Await(watcher.WaitAsync());

        Assert.Equal(2, calls);
        Assert.Equal(right.Split('\n').Order(), Sample.List().Split('\n').Order());
    });

    [Fact]
    public void A_change_over_a_table_that_somebody_removed_brings_all_of_it_back() => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(Desired);
        Sample.Load("flush ruleset\n");
        var repair = session.Apply([Sample.Interface("pl3", Sample.Web)], []);
        Assert.True(repair is { Rebuilt: true });
        Assert.False(session.Synchronise(new Ruleset(Sample.Cut, [.. Desired.Attachments.Values, Sample.Interface("pl3", Sample.Web)])).ChangedAnything);
    });

    [Fact]
    public void A_table_that_another_process_owns_is_a_typed_refusal_and_stays_as_it_is() => IsolatedNetwork.Run(() =>
    {
        using var owner = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        MakeOwnedTable(owner);
        var before = Sample.List();
        using var session = NftablesSession.Open();

        var refusal = Assert.Throws<RulesetRefusedException>(() => session.Synchronise(Desired));

        Assert.Equal(Errno.EPERM, refusal.Errno);
        Assert.Contains("the table", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Sample.List());
    });

    [Fact]
    public void A_refused_change_leaves_everything_as_it_was() => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(Desired);
        Sample.Load("flush ruleset\n");
        using var owner = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        MakeOwnedTable(owner);

        Assert.Throws<RulesetRefusedException>(() => session.Apply([Sample.Interface("pl1", Sample.Ranged)], []));
        owner.Dispose();

        Assert.True(session.Synchronise(Desired).Rebuilt);
        Assert.Null(session.Apply([Sample.Interface("pl1", Sample.Ranged)], []));
    });

    [Fact]
    public void Nothing_is_missing_where_the_tests_run_and_the_probe_leaves_no_trace() => IsolatedNetwork.Run(() =>
    {
        Assert.Empty(NftablesProbe.FindWhatIsMissing());
        Assert.Equal("", IsolatedNetwork.Execute("nft", "list ruleset"));
    });

    [Fact]
    public void Without_the_capability_the_probe_says_so() => IsolatedNetwork.Run(() =>
    {
        Capabilities.DropNetAdmin();
        Assert.Contains("CAP_NET_ADMIN", Assert.Single(NftablesProbe.FindWhatIsMissing()), StringComparison.Ordinal);
        using var session = NftablesSession.Open();
        Assert.Equal(Errno.EPERM, Assert.Throws<NetlinkException>(() => session.Synchronise(Desired)).Errno);
    });

    private static void MakeOwnedTable(NetlinkSocket owner)
    {
        const ushort batchBegin = 0x10, batchEnd = 0x11, newTable = 0xa00, request = 1, create = 0x400, acknowledge = 4;
        using var batch = new NetlinkWriter();
        batch.BeginMessage(batchBegin, request, owner.NextSequence());
        batch.Raw([0, 0, 0, 10]);
        batch.EndMessage();
        var sequence = owner.NextSequence();
        batch.BeginMessage(newTable, request | create | acknowledge, sequence);
        batch.Raw([1, 0, 0, 0]);
        batch.Text(1, "portlight");
        batch.U32BigEndian(2, 2); // NFT_TABLE_F_OWNER
        batch.EndMessage();
        batch.BeginMessage(batchEnd, request, owner.NextSequence());
        batch.Raw([0, 0, 0, 10]);
        batch.EndMessage();
        owner.Request(batch, sequence, "cannot make an owned table");
    }

    // The test's thread is in the namespace; a continuation would not be.
    private static Drift Await(ValueTask<Drift> drift)
    {
        using var done = new ManualResetEventSlim();
        var task = drift.AsTask();
        task.ContinueWith(_ => done.Set(), TaskScheduler.Default);
        Assert.True(done.Wait(Deadline.Span, TestContext.Current.CancellationToken), "no drift was reported");
        return task.GetAwaiter().GetResult();
    }
}
