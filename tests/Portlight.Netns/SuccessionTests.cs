using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Two installations in a row on one kernel, which count their instances alike: what the first has left in connection tracking opens nothing to the second.</summary>
public sealed class SuccessionTests
{
    private static readonly InstallationId Next = new(0xbe07d);

    [Theory]
    [InlineData("203.0.113.50", "198.51.100.10", true)]
    [InlineData("2001:db8:a::50", "2001:db8:c::10", true)]
    [InlineData("203.0.113.50", "198.51.100.10", false)]
    public void What_an_instance_began_is_answered_under_its_own_installation_alone(string address, string peer, bool isAnother)
    {
        using var scene = new Scene();
        var vm = scene.Network.AddMachine("vm", "vm0", address);
        var attached = scene.Put(AttachedDeviceTests.Attached(scene, "vm0", address) with { Ports = PortSet.Empty });
        using var began = vm.Udp(new IPEndPoint(TestNetwork.Address(address), 0));
        using var asked = scene.Client.Udp(new IPEndPoint(TestNetwork.Address(peer), 0));
        Ask(began, asked);
        Answer(asked, began);
        Assert.Equal(1, began.Receive(new byte[8]));
        scene.StopAgent();

        Succeed(scene, attached, isAnother, () =>
        {
            using var anew = vm.Udp(new IPEndPoint(TestNetwork.Address(address), 0));
            Ask(anew, asked);
            Answer(asked, began);
            Answer(asked, anew);
            Assert.Equal(1, anew.Receive(new byte[8]));
            Assert.Equal(isAnother ? 0 : 1, began.Available);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_let_in_lives_on_under_its_own_installation_alone(bool isAnother)
    {
        using var scene = new Scene(ConnectionPolicy.Drain);
        var vm = scene.Network.AddMachine("vm", "vm0", "203.0.113.50");
        var attached = scene.Put(AttachedDeviceTests.Attached(scene, "vm0", "203.0.113.50") with { Ports = Ports.Of("80/udp; 81/udp") });
        using var closing = vm.Udp(new IPEndPoint(TestNetwork.Address("203.0.113.50"), 80));
        using var staying = vm.Udp(new IPEndPoint(TestNetwork.Address("203.0.113.50"), 81));
        using var client = scene.Client.Udp(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 0));
        Ask(client, closing);
        Answer(closing, client);
        Assert.Equal(1, client.Receive(new byte[8]));
        scene.StopAgent();

        Succeed(scene, attached with { Ports = Ports.Of("81/udp") }, isAnother, () =>
        {
            client.SendTo([2], closing.LocalEndPoint!);
            client.SendTo([2], staying.LocalEndPoint!);
            Assert.Equal(1, staying.Receive(new byte[8]));
            Assert.Equal(isAnother ? 0 : 1, closing.Available);
        });
    }

    /// <summary>Another data directory, or the same one again, with an instance of the same number at the same place.</summary>
    private static void Succeed(Scene scene, DesiredInstance attached, bool isAnother, Action then)
    {
        var options = scene.Options with { Installation = isAnother ? Next : Scene.Installation, TakesOver = isAnother, AppliedFile = null };
        using (var agent = EmbeddedAgent.Open(options, TimeProvider.System, NullLogger<EmbeddedAgent>.Instance))
        {
            Assert.IsType<AgentReport.Applied>(Assert.Single(agent.SynchroniseAsync([attached], CancellationToken.None).GetAwaiter().GetResult()));
            then();
        }

        using var teardown = Teardown.Open(options.Installation, takesOver: false, "/nowhere");
        teardown.Run();
    }

    private static void Ask(Socket from, Socket to)
    {
        from.SendTo([1], to.LocalEndPoint!);
        Assert.Equal(1, to.Receive(new byte[8]));
    }

    private static void Answer(Socket from, Socket to) => from.SendTo([2], to.LocalEndPoint!);
}
