using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Netns;

/// <summary>One agent for each network namespace, and what is another installation's stays as it is.</summary>
public sealed class OneMachineTests
{
    private static readonly InstallationId Another = new(0xa07e3);

    [Fact]
    public void A_second_agent_is_refused_by_name_whatever_its_installation()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var before = Everything(scene);
        foreach (var options in new[] { scene.Options, scene.Options with { Installation = Another, TakesOver = true } })
        {
            var refused = Assert.Throws<AgentException>(() => Open(options));
            Assert.Contains($"process {Environment.ProcessId} ", refused.Message, StringComparison.Ordinal);
            Assert.Contains("data directory /nowhere)", refused.Message, StringComparison.Ordinal);
        }

        Assert.Throws<AgentException>(Scene.TearDown);
        Assert.Equal(before, Everything(scene));
    }

    [Fact]
    public void Another_network_namespace_has_a_lock_of_its_own()
    {
        using var scene = new Scene();
        using var there = scene.Client.Do(() => EnforcementLock.Take("/elsewhere"));
        Assert.Contains("data directory /elsewhere)", Assert.Throws<AgentException>(() => scene.Client.Do(() => EnforcementLock.Take("/nowhere"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_goes_with_its_process_and_is_held_however_often_it_is_asked_for()
    {
        using (EnforcementLock.Take("/first"))
        {
            for (var i = 0; i < 200; i++)
            {
                Assert.Throws<AgentException>(() => EnforcementLock.Take("/second"));
            }
        }

        EnforcementLock.Take("/second").Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("portlight /etc\u001b[2J\n")]
    public async Task A_process_that_has_taken_the_name_is_named_and_what_it_says_paints_no_terminal(string says)
    {
        using var squatter = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        squatter.Bind(new UnixDomainSocketEndPoint("\0portlight.enforcement"));
        squatter.Listen();
        var refused = Task.Run(() => Assert.Throws<AgentException>(() => EnforcementLock.Take("/nowhere")), TestContext.Current.CancellationToken);
        using (var caller = await squatter.AcceptAsync(TestContext.Current.CancellationToken))
        {
            await caller.SendAsync(Encoding.UTF8.GetBytes(says), TestContext.Current.CancellationToken);
        }

        var message = (await refused).Message;
        Assert.Contains($"process {Environment.ProcessId} `{Process.GetCurrentProcess().ProcessName}` of user 0", message, StringComparison.Ordinal);
        Assert.Equal(says.Length == 0, message.Contains($"does not answer as Portlight does; nothing was changed: end it, if it is not yours (`kill {Environment.ProcessId}`)", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', message);
    }

    [Fact]
    public void A_process_that_has_taken_the_name_and_does_not_listen_keeps_the_lock_and_is_refused_all_the_same()
    {
        using var squatter = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        squatter.Bind(new UnixDomainSocketEndPoint("\0portlight.enforcement"));
        Assert.Contains("does not say which it is", Assert.Throws<AgentException>(() => EnforcementLock.Take("/nowhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_installation_has_in_the_kernel_is_refused_by_name_and_stays()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        scene.StopAgent();
        var before = Everything(scene);

        var refused = Assert.Throws<AgentException>(() => Open(scene.Options with { Installation = Another }));
        Assert.Contains($"the table inet portlight (of installation {Scene.Installation})", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"the lab instance pl-web-9 on link pl9 (of installation {Scene.Installation})", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--take-over", refused.Message, StringComparison.Ordinal);
        foreach (var other in new InstallationId?[] { Another, null })
        {
            Assert.Throws<AgentException>(() => Teardown.Open(other, takesOver: false, "/nowhere"));
        }

        Assert.Equal(before, Everything(scene));
    }

    [Fact]
    public async Task Taking_over_replaces_the_table_and_removes_the_lab_instances_of_the_other()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        scene.StopAgent();
        var options = scene.Options with { Installation = Another };

        using (var agent = Open(options with { TakesOver = true }))
        {
            await agent.SynchroniseAsync([Scene.Lab(8, Ports.Of("80/tcp"))], TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain("pl9", scene.Host.Run("ip", "link show") + scene.Host.Run("nft", "list table inet portlight"), StringComparison.Ordinal);
        Assert.DoesNotContain("pl-web-9", scene.Host.Run("ip", "netns list"), StringComparison.Ordinal);
        Open(options).Dispose();
        using var teardown = Teardown.Open(null, takesOver: true, "/nowhere");
        Assert.Equal(new KernelContents(HasTable: true, LabInstances: 1), teardown.Found);
        Assert.Equal(teardown.Found, teardown.Run());
    }

    [Theory]
    [InlineData("add table inet portlight", "the table inet portlight (which does not say whose it is)")]
    [InlineData(null, "the lab instance pl-web-7 on link pl7 (which does not say whose it is)")]
    public void What_does_not_say_whose_it_is_is_refused(string? rules, string named)
    {
        using var scene = new Scene();
        scene.StopAgent();
        Scene.TearDown();
        try
        {
            if (rules is null)
            {
                scene.Host.Run("ip", "netns add pl-web-7");
                scene.Host.Run("ip", "link add pl7 type veth peer name eth0 netns pl-web-7");
                scene.Host.Run("ip", "link set pl7 alias portlight:7:pl-web-7");
            }
            else
            {
                scene.Host.Nft(rules);
            }

            Assert.Contains(named, Assert.Throws<AgentException>(() => Open(scene.Options)).Message, StringComparison.Ordinal);
        }
        finally
        {
            using var teardown = Teardown.Open(Scene.Installation, takesOver: true, "/nowhere");
            Assert.NotEqual(new KernelContents(false, 0), teardown.Run());
        }
    }

    private static EmbeddedAgent Open(AgentOptions options) => EmbeddedAgent.Open(options, TimeProvider.System, NullLogger<EmbeddedAgent>.Instance);

    private static string Everything(Scene scene) =>
        TestKit.TableListing.AsWritten(scene.Host.Run("nft", "list ruleset")) + scene.Host.Run("ip", "-o link show") + scene.Host.Run("ip", "route show") + scene.Host.Run("ip", "netns list");
}
