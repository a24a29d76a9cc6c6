using Portlight.Domain;
using Portlight.Linux;
using Portlight.Nftables.Netlink;
using Portlight.TestKit;

namespace Portlight.Nftables.Tests;

/// <summary>Whose table it is, and what the kernel lets others do to it.</summary>
public sealed class OwnershipTests
{
    private static readonly InstallationId Ours = new(0x3f2a_0000_0000_0001);
    private static readonly InstallationId Another = new(0x77aa_0000_0000_0002);

    private static readonly Ruleset Desired = new(Sample.Cut, [FilteredAttachment.Host(Sample.Web), Sample.Interface("pl1", Sample.Web), Sample.Interface("pl2", Sample.Ranged), Sample.Interface("pl4", Sample.Web) with { IsBridged = true }]);

    [Theory]
    [MemberData(nameof(DriftTests.Tamperings), MemberType = typeof(DriftTests))]
    public void Others_cannot_change_a_table_that_is_owned(string command, DriftKind _) => WhereTablesCanBeOwned(() =>
    {
        using var session = NftablesSession.Open(Ours);
        session.Synchronise(Desired);
        var before = Sample.List();

        // Passed over without a word (`flush ruleset`), or refused.
        Attempt(command);

        Assert.Equal(before, Sample.List());
        Assert.False(session.Synchronise(Desired).ChangedAnything);
        Assert.Null(session.Apply([Sample.Interface("pl3", Sample.Ranged)], []));
    });

    [Fact]
    public void A_table_whose_owner_is_gone_stands_and_is_owned_again_as_it_is() => WhereTablesCanBeOwned(() =>
    {
        using (var session = NftablesSession.Open(Ours))
        {
            session.Synchronise(Desired);
        }

        var orphan = Sample.List();
        using var next = NftablesSession.Open(Ours);
        Assert.Equal(new FoundTable(Ours, null), next.Find());

        Assert.False(next.Synchronise(Desired).ChangedAnything);

        Assert.Equal(new FoundTable(Ours, next.PortId), next.Find());
        Assert.Equal(TableListing.AsWritten(orphan), TableListing.AsWritten(Sample.List()));
        Attempt("flush ruleset");
        Assert.False(next.Synchronise(Desired).ChangedAnything);
    });

    [Fact]
    public void An_orphan_that_others_have_changed_is_owned_and_repaired_in_one_transaction() => WhereTablesCanBeOwned(() =>
    {
        using (var session = NftablesSession.Open(Ours))
        {
            session.Synchronise(Desired);
        }

        Sample.Load("insert rule inet portlight postrouting accept\n");
        using var next = NftablesSession.Open(Ours);
        var report = next.Synchronise(Desired);
        Assert.Equal((false, 1), (report.Rebuilt, report.ChainsChanged));
        Assert.Equal(next.PortId, next.Find()?.OwnerPortId);
    });

    [Fact]
    public void A_table_of_ours_that_was_made_without_ownership_is_replaced_by_an_owned_one() => WhereTablesCanBeOwned(() =>
    {
        using (var session = NftablesSession.Open(Ours, mayOwn: false))
        {
            session.Synchronise(Desired);
        }

        using var next = NftablesSession.Open(Ours);
        Assert.True(next.Synchronise(Desired).Rebuilt);
        Assert.Equal(new FoundTable(Ours, next.PortId), next.Find());
    });

    [Fact]
    public void A_second_session_is_refused_and_takes_nothing_away() => WhereTablesCanBeOwned(() =>
    {
        using var session = NftablesSession.Open(Ours);
        session.Synchronise(Desired);
        var before = Sample.List();
        using var second = NftablesSession.Open(Another);
        Assert.Equal(Errno.EPERM, Assert.Throws<RulesetRefusedException>(() => second.Synchronise(Desired)).Errno);
        Assert.Equal(Errno.EPERM, Assert.Throws<RulesetRefusedException>(() => second.Teardown()).Errno);
        Assert.Equal(before, Sample.List());
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_table_says_whose_it_is_and_nft_shows_it(bool mayOwn) => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open(Ours, mayOwn);
        Assert.Null(session.Find());
        session.Synchronise(Desired);
        Assert.Equal(Ours, session.Find()?.Installation);
        Assert.Contains("comment \"portlight installation 3f2a000000000001\"", Sample.List(), StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("table inet portlight {\n}\n")]
    [InlineData("table inet portlight {\n comment \"portlight installation \"\n}\n")]
    [InlineData("table inet portlight {\n comment \"portlight installation 3F2A000000000001\"\n}\n")]
    [InlineData("table inet portlight {\n comment \"mine\"\n}\n")]
    public void A_table_that_does_not_say_whose_it_is_is_nobodys(string table) => IsolatedNetwork.Run(() =>
    {
        Sample.Load(table);
        using var session = NftablesSession.Open(Ours);
        Assert.Equal(new FoundTable(null, null), session.Find());
    });

    [Fact]
    public void Asking_what_the_kernel_can_do_leaves_no_trace() => IsolatedNetwork.Run(() =>
    {
        NftablesProbe.FindProtection();
        Assert.Equal("", IsolatedNetwork.Execute("nft", "list ruleset"));
    });

    [Fact]
    public void A_table_that_was_owned_answers_for_the_kernel_and_no_other_does() => WhereTablesCanBeOwned(() =>
    {
        using var asking = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        Assert.False(NftablesProbe.IsShownByTable(asking));
        using (var watched = NftablesSession.Open(Ours, mayOwn: false))
        {
            watched.Synchronise(Desired);
        }

        Assert.False(NftablesProbe.IsShownByTable(asking));
        using (var owner = NftablesSession.Open(Ours))
        {
            owner.Synchronise(Desired);
            Assert.True(NftablesProbe.IsShownByTable(asking));
        }

        Assert.True(NftablesProbe.IsShownByTable(asking));
    });

    private static void Attempt(string command)
    {
        try
        {
            Sample.Load(command + "\n");
        }
        catch (Xunit.Sdk.XunitException refused) when (refused.Message.Contains("Operation not permitted", StringComparison.Ordinal))
        {
            // What nft says of EPERM.
        }
    }

    private static void WhereTablesCanBeOwned(Action test)
    {
        var protection = TableProtection.Watched;
        IsolatedNetwork.Run(() => protection = NftablesProbe.FindProtection());
        Assert.SkipUnless(protection == TableProtection.Owned, "this kernel cannot let a process own a table that outlives it (Linux 6.9)");
        IsolatedNetwork.Run(test);
    }
}
