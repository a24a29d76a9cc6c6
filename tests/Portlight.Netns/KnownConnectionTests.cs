using System.Net;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>
/// Connections to this machine that the kernel knows already. Where one is not translated it is filtered where it is delivered, and else on arrival, by the port that was published: the port set
/// closes and opens both.
/// </summary>
public sealed class KnownConnectionTests
{
    private const int Published = 7000;
    private const int Behind = 7001;
    private const int Staying = 7002;

    public enum Way
    {
        Delivered,
        Redirected,
        ToAGuest,
    }

    [Theory]
    [InlineData(Way.Delivered, true)]
    [InlineData(Way.Delivered, false)]
    [InlineData(Way.Redirected, true)]
    [InlineData(Way.Redirected, false)]
    [InlineData(Way.ToAGuest, true)]
    [InlineData(Way.ToAGuest, false)]
    public void A_known_connection_to_this_machine_passes_while_its_port_is_open(Way way, bool isIpv4)
    {
        using var scene = new Scene();
        var guest = scene.Network.AddMachine("guest", "guest0", "172.17.0.2", "2001:db8:17::2");
        var host = TestNetwork.Address(isIpv4 ? "10.255.1.1" : "fd00:255:1::1");
        var family = isIpv4 ? "ip" : "ip6";
        var translation = way switch
        {
            Way.Redirected => $"udp dport {Published} redirect to :{Behind};",
            Way.ToAGuest => $"udp dport {Published} dnat to {(isIpv4 ? "172.17.0.2" : "[2001:db8:17::2]")}:{Behind};",
            _ => "",
        };
        scene.Host.Nft($"table {family} published {{ chain prerouting {{ type nat hook prerouting priority dstnat; {translation} }}; }}");
        try
        {
            var desired = Scene.Lab(9, Ports.Of($"{Published}/udp; {Staying}/udp")) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null };
            scene.Put(desired);
            var any = isIpv4 ? IPAddress.Any : IPAddress.IPv6Any;
            using var server = (way == Way.ToAGuest ? guest : scene.Host).Udp(new IPEndPoint(any, way == Way.Delivered ? Published : Behind));
            using var other = scene.Host.Udp(new IPEndPoint(any, Staying));
            using var client = scene.Client.Udp(new IPEndPoint(TestNetwork.Address(isIpv4 ? Scene.ClientIpv4 : Scene.ClientIpv6), 0));
            client.Connect(new IPEndPoint(host, Published));
            using var fence = scene.Client.Udp(new IPEndPoint(TestNetwork.Address(isIpv4 ? Scene.ClientIpv4 : Scene.ClientIpv6), 0));
            fence.Connect(new IPEndPoint(host, Staying));
            MakeKnown(client, server);
            MakeKnown(fence, other);

            scene.Put(desired with { Ports = Ports.Of($"{Staying}/udp") });
            Send(client, fence);
            Receive(other);
            Assert.Equal(0, server.Available);

            scene.Put(desired);
            Send(client, fence);
            Receive(other);
            Receive(server);

            // What it is translated to is not what was published.
            scene.Put(desired with { Ports = Ports.Of($"{Behind}/udp; {Staying}/udp") });
            Send(client, fence);
            Receive(other);
            Assert.Equal(0, server.Available);
        }
        finally
        {
            scene.Host.Nft($"delete table {family} published");
        }
    }

    private static void MakeKnown(Socket client, Socket server)
    {
        client.Send([1]);
        EndPoint from = new IPEndPoint(client.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        server.ReceiveTimeout = client.ReceiveTimeout = (int)Deadline.Span.TotalMilliseconds;
        var buffer = new byte[1];
        server.ReceiveFrom(buffer, ref from);
        server.SendTo(buffer, from);
        client.Receive(buffer);
    }

    // One after the other by one thread: when the second has arrived, the first has, or was dropped.
    private static void Send(Socket first, Socket second)
    {
        first.Send([2]);
        second.Send([3]);
    }

    private static void Receive(Socket socket) => Assert.Equal(1, socket.Receive(new byte[1]));
}
