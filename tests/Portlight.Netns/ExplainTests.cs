using System.Globalization;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What <c>portlight explain</c> and the agent behind it say of a packet, against what becomes of it. <see cref="PassTests"/> and <see cref="ModelTests"/> ask the agent about many more.</summary>
public sealed class ExplainTests
{
    private const string Own = "10.255.1.1";

    [Fact]
    public void What_the_verb_says_is_what_becomes_of_the_packet()
    {
        using var served = new Served();
        using var network = new TestNetwork();
        using var sender = new PacketSender(network.AddMachine("client", Scene.ClientLink, Scene.ClientIpv4));
        using var delivered = PacketCapture.Delivered(network.Host, Packet.Tcp, Packet.Udp, Packet.Icmp);
        served.Start("data");
        served.Run("data", "attach", "me", "--this-host", "--open", "22,53/udp,8000-8100@198.51.100.0/24,icmp:8", "--private", "192.0.2.0/24", "--yes");
        (string From, string Packet, string Because)[] questions =
        [
            ("203.0.113.7", "22", "the rule 22/tcp lets it in"),
            ("203.0.113.7", "22/udp", "no rule lets it in"),
            ("203.0.113.7", "53/udp", "the rule 53/udp lets it in"),
            ("198.51.100.9", "8050", "the rule 8000-8100/tcp from 198.51.100.0/24 lets it in"),
            ("203.0.113.7", "8050", "no rule lets it in"),
            ("198.51.100.9", "8101", "no rule lets it in"),
            ("192.0.2.9", "5432", "192.0.2.0/24 is a private network of me"),
            ("203.0.113.7", "icmp:8:0", "the rule icmp:8 lets it in"),
            ("203.0.113.7", "icmp:13:0", "no rule lets it in"),
        ];

        // The last one passes, and tells when the others had their time.
        var marks = sender.Send([.. questions.Select(question => ToPacket(question.From, question.Packet)), ToPacket("203.0.113.7", "22")]);
        Assert.True(delivered.Await(marks[^1], Deadline.Span));

        foreach (var ((from, packet, because), mark) in questions.Zip(marks))
        {
            var said = served.Run("data", "explain", "me", packet, "--from", from);
            Assert.StartsWith(delivered.HasSeen(mark) ? "open: " : "closed: ", said, StringComparison.Ordinal);
            Assert.Contains(because, said, StringComparison.Ordinal);
            Assert.Contains("the kernel's sets say the same", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_somebody_else_has_done_to_the_table_is_read_in_the_kernel_itself()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var probe = scene.Probe(scene.FromClient, instance, scene.Inside(instance));
        var packet = PacketTrial.Read("80/tcp from 198.51.100.1") with { Destination = Scene.PublicIpv4(9) };
        var agent = scene.Agent;
        // One that runs would repair it at once.
        scene.StopAgent();

        Assert.Equal((true, true), (await AskAsync(), probe.Passes(packet)));
        scene.Host.Nft("flush set inet portlight lab_ports");
        Assert.Equal((false, false), (await AskAsync(), probe.Passes(packet)));
        scene.Host.Nft("delete table inet portlight");
        Assert.Equal((null, true), (await AskAsync(), probe.Passes(packet)));

        // Null: nothing filters it.
        async Task<bool?> AskAsync()
        {
            var verdict = await agent.AskKernelAsync(9, new PortKey(NetworkProtocol.Tcp, 80, 80), Cidr.Of(packet.Source), TestContext.Current.CancellationToken);
            return verdict.IsFiltered ? !verdict.Sets.IsEmpty : null;
        }
    }

    /// <summary>A packet as the command writes it, to the host.</summary>
    private static Packet ToPacket(string from, string text)
    {
        var isIcmp = text.StartsWith("icmp:", StringComparison.Ordinal);
        var numbers = text.Split(':', '/').SelectMany(part => int.TryParse(part, CultureInfo.InvariantCulture, out var number) ? new[] { number } : []).ToArray();
        return new Packet
        {
            Source = TestNetwork.Address(from),
            Destination = TestNetwork.Address(Own),
            Protocol = isIcmp ? Packet.Icmp : text.EndsWith("/udp", StringComparison.Ordinal) ? Packet.Udp : Packet.Tcp,
            Port = (ushort)numbers[0],
            Type = (byte)numbers[0],
            Code = (byte)numbers[^1],
        };
    }
}
