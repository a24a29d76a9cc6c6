using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Of the ICMP messages about a connection that exists only errors pass: nobody outside has a say in which way an instance sends.</summary>
public sealed class RedirectTests
{
    private static readonly (byte Type, byte Code)[] Ipv4Redirects = [(5, 0), (5, 1), (5, 2), (5, 3), (4, 0)]; // the last is a source quench
    private static readonly (byte Type, byte Code)[] Ipv4Errors = [(3, 1), (3, 3), (3, 4), (11, 0), (12, 0)];
    private static readonly (byte Type, byte Code)[] Ipv6Redirects = [(137, 0)];
    private static readonly (byte Type, byte Code)[] Ipv6Errors = [(1, 0), (1, 4), (2, 0), (3, 0), (4, 1)];

    [Theory]
    [InlineData(ForgedTests.Victim.Lab, true)]
    [InlineData(ForgedTests.Victim.Lab, false)]
    [InlineData(ForgedTests.Victim.Interface, true)]
    [InlineData(ForgedTests.Victim.Interface, false)]
    [InlineData(ForgedTests.Victim.ThisHost, true)]
    [InlineData(ForgedTests.Victim.ThisHost, false)]
    public void Redirects_about_what_the_instance_began_never_pass_and_errors_do(ForgedTests.Victim victim, bool isIpv4)
    {
        using var scene = new Scene();
        scene.Host.Run("conntrack", "-F");
        var isHost = victim == ForgedTests.Victim.ThisHost;
        var desired = Scene.Lab(9, PortSet.Empty);
        var inside = scene.Host;
        switch (victim)
        {
            case ForgedTests.Victim.Lab:
                inside = scene.Inside(scene.Put(desired));
                break;
            case ForgedTests.Victim.Interface:
                inside = scene.Network.AddMachine("vm", "vm0", "203.0.113.9", "2001:db8:a::9");
                scene.Put(desired with { Attachment = new Attachment.Interface("vm0", [], []), NamespaceName = null });
                break;
            default:
                scene.Put(desired with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null });
                break;
        }

        var (own, peer) = isIpv4
            ? (isHost ? TestNetwork.Address("10.255.1.1") : Scene.PublicIpv4(9), TestNetwork.Address(Scene.ClientIpv4))
            : (isHost ? TestNetwork.Address("fd00:255:1::1") : Scene.PublicIpv6(9), TestNetwork.Address(Scene.ClientIpv6));
        var reply = scene.Reply(inside, own, scene.Client, peer);
        using var capture = isHost ? PacketCapture.Delivered(inside, Packet.Udp, Packet.Icmp, Packet.Icmpv6) : PacketCapture.Arriving(inside);
        var probe = new PacketProbe(scene.FromClient, capture, scene.Reply(inside, own, scene.Client, peer));
        var message = new Packet { Source = peer, Destination = own, Protocol = isIpv4 ? Packet.Icmp : Packet.Icmpv6, About = ForgedStage.Answer(reply) };

        Assert.All(Verdicts(isIpv4 ? Ipv4Errors : Ipv6Errors), Assert.True);
        Assert.All(Verdicts(isIpv4 ? Ipv4Redirects : Ipv6Redirects), Assert.False);

        IReadOnlyList<bool> Verdicts((byte Type, byte Code)[] kinds) =>
            probe.Verdicts([.. kinds.Select(kind => message with { Type = kind.Type, Code = kind.Code })]);
    }
}
