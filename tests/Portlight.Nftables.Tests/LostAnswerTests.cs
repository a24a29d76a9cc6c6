using Portlight.Domain;
using Portlight.Linux;
using Portlight.Nftables.Netlink;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Nftables.Tests;

/// <summary>
/// The kernel may have done what was asked, and the answer is lost; or it was never asked. Nothing is claimed then, and whatever is asked next is compared with
/// what the kernel holds.
/// </summary>
public sealed class LostAnswerTests
{
    private static readonly FilteredAttachment Host = FilteredAttachment.Host(Sample.Web);
    private static readonly FilteredAttachment First = Sample.Interface("pl1", Sample.Web);
    private static readonly FilteredAttachment Second = Sample.Interface("pl2", Sample.Ranged);
    private static readonly FilteredAttachment Third = Sample.Interface("pl3", Sample.Web);

    // Around a port that is open before: it moves from one set to another, which takes a step more, to tidy up.
    private static readonly PortSet Range = PortSet.Of(Sample.Open(NetworkProtocol.Tcp, 80, 90));
    private static readonly Ruleset Desired = new(Sample.Cut, [Host, First, Second]);


    public static TheoryData<SocketCall, int> Failures => new()
    {
        { SocketCall.Send, Errno.ENOMEM },
        { SocketCall.Send, Errno.ENOBUFS },
        { SocketCall.Send, Errno.EPERM },
        { SocketCall.ReceiveQueued, Errno.ENOBUFS },
        { SocketCall.ReceiveQueued, Errno.ENOMEM },
        { SocketCall.ReceiveQueued, Errno.EAGAIN },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void After_a_change_without_an_answer_the_next_is_a_comparison(SocketCall call, int errno) => AfterSynchronise(session =>
    {
        var before = Sample.List();
        Assert.Equal(errno, Failure(call, errno, () => session.Apply([First with { Ports = Sample.Ranged }], ["pl2"])).Errno);
        Assert.Equal(call == SocketCall.Send, before == Sample.List());

        Assert.NotNull(session.Apply([Third], []));

        AssertHolds(session, [Host, First, Second, Third]);
    });

    [Theory]
    [MemberData(nameof(Failures))]
    public void After_a_comparison_without_an_answer_the_next_change_is_a_comparison(SocketCall call, int errno) => AfterSynchronise(session =>
    {
        var before = Sample.List();
        Assert.Equal(errno, Failure(call, errno, () => session.Synchronise(new Ruleset(Sample.Cut, [Host with { Ports = PortSet.Empty }, First]))).Errno);
        Assert.Equal(call == SocketCall.Send, before == Sample.List());

        // Removed in the kernel or not: what is asked for now is known by what stood last.
        if (call == SocketCall.ReceiveQueued)
        {
            Assert.NotNull(session.Apply([Third], []));
        }
        else
        {
            Assert.Null(session.Apply([Third], []));
        }

        AssertHolds(session, [Host, First, Second, Third]);
    });

    [Theory]
    [InlineData(SocketCall.ReceiveQueued, Errno.ENOBUFS)]
    [InlineData(SocketCall.Receive, Errno.ENOBUFS)]
    [InlineData(SocketCall.Send, Errno.ENOMEM)]
    public void After_a_repair_without_an_answer_the_next_repairs(SocketCall call, int errno) => AfterSynchronise(session =>
    {
        Sample.Load("flush ruleset\n");
        Assert.Equal(errno, Failure(call, errno, () => session.Repair()).Errno);
        Assert.True(session.Repair() is { ChangedAnything: true });
        AssertHolds(session, [Host, First, Second]);
    });

    [Fact]
    public void A_change_that_was_done_but_for_its_tidying_up_stands_and_the_next_is_a_comparison() => AfterSynchronise(session =>
    {
        FailingCall.OnOwnThread(SocketCall.Send, Errno.ENOBUFS, fail =>
        {
            session.Committed = _ =>
            {
                session.Committed = null;
                fail();
            };
            Assert.Null(session.Apply([First with { Ports = Range }], []));
        });
        Assert.Null(session.Committed);
        Assert.Contains("staged", Sample.List(), StringComparison.Ordinal);

        Assert.NotNull(session.Apply([Third], []));

        AssertHolds(session, [Host, First with { Ports = Range }, Second, Third]);
    });

    [Fact]
    public void A_teardown_without_an_answer_is_told_and_the_next_finds_out() => AfterSynchronise(session =>
    {
        Failure(SocketCall.ReceiveQueued, Errno.ENOBUFS, () => session.Teardown());
        Assert.Null(session.Find());
        Assert.False(session.Teardown());
    });

    [Fact]
    public void A_thread_without_the_capability_is_refused_and_what_stood_stands() => AfterSynchronise(session =>
    {
        var before = Sample.List();
        int? refused = null;
        var thread = new Thread(() =>
        {
            Capabilities.DropNetAdmin();
            refused = Assert.Throws<RulesetRefusedException>(() => session.Apply([First with { Ports = Sample.Ranged }], ["pl2"])).Errno;
        });
        thread.Start();
        thread.Join();
        Assert.Equal((Errno.EPERM, before), (refused, Sample.List()));

        Assert.False(session.Apply([Third], [])?.Rebuilt);
        AssertHolds(session, [Host, First, Second, Third]);
    });

    /// <summary>Events that overflowed the watcher's buffer: its thread is one on which reading fails, as its maker's does.</summary>
    [Theory]
    [InlineData(Errno.ENOBUFS)]
    [InlineData(Errno.ENOMEM)]
    public void A_watcher_that_lost_events_says_that_anything_may_have_happened(int errno) => AfterSynchronise(session =>
    {
        NftablesWatcher? watcher = null;
        using var noticed = new ManualResetEventSlim();
        FailingCall.OnOwnThread(SocketCall.ReceiveQueued, errno, fail =>
        {
            fail();
            watcher = NftablesWatcher.Open(session, drift =>
            {
                if (drift.Kind == DriftKind.Unknown)
                {
                    noticed.Set();
                }
            });
        });
        using (watcher)
        {
            Sample.Load("delete table inet portlight\n");
            Assert.True(noticed.Wait(Deadline.Span, TestContext.Current.CancellationToken), "nothing was noticed");
        }

        Assert.True(session.Repair() is { ChangedAnything: true });
        AssertHolds(session, [Host, First, Second]);
    });

    /// <summary>The generation tells whether anybody else commits during a repair. That it is not told keeps nobody from repairing.</summary>
    [Theory]
    [InlineData(Errno.ENOMEM)]
    [InlineData(Errno.ENOBUFS)]
    public void A_watcher_that_is_not_told_the_generation_repairs_all_the_same_and_goes_on_listening(int errno) => AfterSynchronise(session =>
    {
        NftablesWatcher? watcher = null;
        using var noticed = new SemaphoreSlim(0);
        using var repaired = new SemaphoreSlim(0);
        FailingCall.OnOwnThread(SocketCall.Send, errno, fail =>
        {
            fail();
            watcher = NftablesWatcher.Open(session, _ =>
            {
                noticed.Release();
                // Nothing can be sent by this thread, so another repairs for it.
                repaired.Wait(Deadline.Span);
            });
        });
        using (watcher)
        {
            for (var round = 0; round < 2; round++)
            {
                Sample.Load("flush ruleset\n");
                Assert.True(noticed.Wait(Deadline.Span, TestContext.Current.CancellationToken), $"nothing was noticed in round {round}");
                Assert.True(session.Repair() is { ChangedAnything: true });
                repaired.Release();
                Report(watcher!);
            }
        }

        AssertHolds(session, [Host, First, Second]);
    });

    /// <summary>A repair ends the subscription for its time, and the kernel may refuse the next for a while.</summary>
    [Theory]
    [InlineData(Errno.ENOMEM)]
    [InlineData(Errno.EPERM)]
    public void A_watcher_that_may_not_listen_for_a_while_tries_again_and_repairs_what_was_lost_meanwhile(int errno) => AfterSynchronise(session =>
    {
        RefusedSubscription? refused = null;
        using (var watcher = NftablesWatcher.Open(session, _ =>
        {
            session.Repair();
            refused ??= RefusedSubscription.OnThisThread(errno);
        }))
        {
            Sample.Load("flush ruleset\n");
            Assert.True(SpinWait.SpinUntil(() => refused is { Count: >= 2 }, Deadline.Span), "it was not tried again");

            // Nobody hears this.
            Sample.Load("flush ruleset\n");
            Assert.Null(session.Find());
            refused!.AllowFromNowOn();

            Report(watcher);
            AssertHolds(session, [Host, First, Second]);

            // And it listens again.
            Sample.Load("flush ruleset\n");
            Report(watcher);
            AssertHolds(session, [Host, First, Second]);
        }

        refused.Dispose();
    });

    /// <summary>The next report, which comes when what it tells of was repaired.</summary>
    private static void Report(NftablesWatcher watcher) =>
        Assert.Equal(DriftKind.Removed, watcher.WaitAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline.Span).GetAwaiter().GetResult().Kind);

    private static void AfterSynchronise(Action<NftablesSession> test) => IsolatedNetwork.Run(() =>
    {
        using var session = NftablesSession.Open();
        session.Synchronise(Desired);
        test(session);
    });

    private static NetlinkException Failure(SocketCall call, int errno, Action action)
    {
        NetlinkException? failure = null;
        FailingCall.OnOwnThread(call, errno, fail =>
        {
            fail();
            failure = Assert.Throws<NetlinkException>(action);
        });
        return failure!;
    }

    private static void AssertHolds(NftablesSession session, FilteredAttachment[] attachments)
    {
        using var another = NftablesSession.Open();
        Assert.False(another.Synchronise(new Ruleset(Sample.Cut, attachments)).ChangedAnything);
        Assert.False(session.Synchronise(new Ruleset(Sample.Cut, attachments)).ChangedAnything);
    }
}
