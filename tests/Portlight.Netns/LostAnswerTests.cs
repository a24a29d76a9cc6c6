using Portlight.AgentProtocol;
using Portlight.Linux;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>An agent whose kernel does not answer, or only to some of what it asks: it reports nothing as applied then, and packets meet what is right once it answers.</summary>
public sealed class LostAnswerTests
{
    [Theory]
    [InlineData(SocketCall.Send, Errno.ENOMEM)]
    [InlineData(SocketCall.Send, Errno.EPERM)]
    [InlineData(SocketCall.ReceiveQueued, Errno.ENOBUFS)]
    public void A_change_of_ports_without_an_answer_is_no_report_and_the_next_comparison_makes_it_so(SocketCall call, int errno)
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var other = scene.Put(Scene.Lab(8, Ports.Of("80/tcp")));
        var probe = scene.Probe(scene.FromClient, instance, scene.Inside(instance));

        FailingCall.OnOwnThread(call, errno, fail =>
        {
            fail();
            var failure = Assert.Throws<AgentException>(() => Applied(scene, instance with { Ports = Ports.Of("443/tcp"), Revision = 100 }));
            Assert.Contains(Errno.Name(errno), failure.Message, StringComparison.Ordinal);
        });
        Assert.Contains(Errno.Name(errno), scene.Agent.Status.LastProblem, StringComparison.Ordinal);

        // What the server does after a round that failed.
        instance = instance with { Ports = Ports.Of("443/tcp"), Revision = 101 };
        var reports = Synchronised(scene, instance, other);
        Assert.Equal([new AgentReport.Applied(8, other.Revision), new AgentReport.Applied(9, 101)], reports.OrderBy(report => report.Index));
        Assert.Equal([false, true], probe.Verdicts(To(Scene.PublicIpv4(9), "80/tcp"), To(Scene.PublicIpv4(9), "443/tcp")));
    }

    [Theory]
    [InlineData(SocketCall.Send, Errno.ENOBUFS)]
    [InlineData(SocketCall.Receive, Errno.ENOBUFS)]
    public void What_stood_stands_again_when_answers_about_links_and_routes_are_lost(SocketCall call, int errno)
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var inside = scene.Inside(instance);
        var probe = scene.Probe(scene.FromClient, instance, inside);

        FailingCall.OnOwnThread(call, errno, fail =>
        {
            fail();
            var refused = Assert.IsType<AgentReport.Rejected>(Assert.Single(Applied(scene, instance with { PublicAddresses = [Scene.PublicIpv4(20), Scene.PublicIpv6(9)], Revision = 100 })));
            Assert.Equal((100, instance), (refused.Revision, refused.Standing));
        });

        // Nobody asks for a comparison: routes of lab instances are watched.
        Assert.True(SpinWait.SpinUntil(() => scene.Host.Run("ip", "route show").Contains("203.0.113.9 dev pl9", StringComparison.Ordinal), Deadline.Span), "the route of what stands did not come back");
        Assert.Equal([true, false], probe.Verdicts(To(Scene.PublicIpv4(9), "80/tcp"), To(Scene.PublicIpv4(9), "443/tcp")));
        Assert.Equal(new AgentReport.Applied(9, instance.Revision), Assert.Single(scene.Synchronise()));
        Assert.DoesNotContain("203.0.113.20", scene.Host.Run("ip", "route show") + inside.Run("ip", "addr show"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketCall.Send, Errno.ENOBUFS)]
    [InlineData(SocketCall.Receive, Errno.ENOBUFS)]
    public void An_instance_that_could_not_be_made_for_want_of_answers_leaves_nothing_once_they_come(SocketCall call, int errno)
    {
        using var scene = new Scene();
        FailingCall.OnOwnThread(call, errno, fail =>
        {
            fail();
            Assert.Null(Assert.IsType<AgentReport.Rejected>(Assert.Single(Applied(scene, Scene.Lab(9, Ports.Of("80/tcp")) with { Revision = 100 }))).Standing);
        });

        Assert.Empty(scene.Synchronise());
        Assert.DoesNotContain("pl9", scene.Host.Run("ip", "-o link show") + scene.Host.Run("nft", "list table inet portlight"), StringComparison.Ordinal);
        Assert.DoesNotContain("pl-web-9", scene.Host.Run("ip", "netns list"), StringComparison.Ordinal);
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
    }

    private static IReadOnlyList<AgentReport> Applied(Scene scene, DesiredInstance desired) => scene.Agent.ApplyAsync([desired], [], CancellationToken.None).GetAwaiter().GetResult();

    private static IReadOnlyList<AgentReport> Synchronised(Scene scene, params DesiredInstance[] all) => scene.Agent.SynchroniseAsync(all, CancellationToken.None).GetAwaiter().GetResult();

    private static Packet To(System.Net.IPAddress address, string packet) => PacketTrial.Read($"{packet} from 198.51.100.1") with { Destination = address };
}
