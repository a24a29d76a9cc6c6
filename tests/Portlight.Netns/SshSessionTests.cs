using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>SSH sessions are found where they are, in the kernel's connections and the processes that hold them: no environment variable is asked.</summary>
public sealed class SshSessionTests
{
    private const string OwnIpv4 = "10.255.1.1";
    private const string OwnIpv6 = "fd00:255:1::1";

    [Theory]
    [InlineData("sshd", "sshd", "sshd: alice@pts/0", "alice", OwnIpv4)]
    [InlineData("sshd", "sshd", "sshd: alice", "alice", OwnIpv6)]
    [InlineData("sshd", "sshd-session", "sshd-session: root@notty", "root", OwnIpv4)]
    [InlineData("systemd", "sshd", "sshd: bob [priv]", "bob", OwnIpv6)] // ssh.socket
    [InlineData("dropbear", "dropbear", "/usr/sbin/dropbear -F", null, OwnIpv4)]
    public void A_session_is_known_by_the_process_that_holds_it(string listener, string holder, string title, string? user, string own)
    {
        using var scene = new Scene();
        using var ssh = SshProcess.Start(scene.Host, 2222, listener, holder, title);
        using var connection = ssh.Connect(scene.Client, new IPEndPoint(TestNetwork.Address(own), 2222));

        var session = Assert.Single(Find(scene));

        Assert.Equal(own == OwnIpv4 ? Scene.ClientIpv4 : Scene.ClientIpv6, session.Peer.Address.ToString());
        Assert.Equal((own, 2222, true), (session.Local.Address.ToString(), session.Local.Port, session.IsSsh));
        Assert.Equal((holder, user), (session.Process?.Name, session.User));
    }

    [Theory]
    [InlineData("sshd", "sshd: alice [net]")]
    [InlineData("sshd", "sshd: [accepted]")]
    [InlineData("sshd-auth", "sshd-auth: alice [net]")]
    [InlineData("nginx", "nginx: worker process")]
    public void A_connection_that_is_not_authenticated_or_not_SSH_is_no_session(string holder, string title)
    {
        using var scene = new Scene();
        using var ssh = SshProcess.Start(scene.Host, 2222, "sshd", holder, title);
        using var connection = ssh.Connect(scene.Client, new IPEndPoint(TestNetwork.Address(OwnIpv4), 2222));

        Assert.Empty(Find(scene));
        Assert.Equal(2222, Assert.Single(Inspect(scene).Inbound).Local.Port);
    }

    [Fact]
    public void On_port_22_every_connection_is_a_session()
    {
        using var scene = new Scene();
        using var ssh = SshProcess.Start(scene.Host, 22, "teleport", "teleport", "teleport");
        using var connection = ssh.Connect(scene.Client, new IPEndPoint(TestNetwork.Address(OwnIpv4), 22));

        Assert.Equal(22, Assert.Single(Find(scene)).Local.Port);
    }

    [Fact]
    public void A_session_outlives_the_listener_that_took_it()
    {
        using var scene = new Scene();
        using var ssh = SshProcess.Start(scene.Host, 2222, closesListener: true);
        using var connection = ssh.Connect(scene.Client, new IPEndPoint(TestNetwork.Address(OwnIpv4), 2222), closesListener: true);

        Assert.DoesNotContain(Inspect(scene).Listeners, listener => listener.Port == 2222);
        Assert.Equal(2222, Assert.Single(Find(scene)).Local.Port);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData(OwnIpv4)]
    public void A_session_of_the_machine_with_itself_goes_by_loopback_and_is_not_counted(string own)
    {
        using var scene = new Scene();
        using var ssh = SshProcess.Start(scene.Host, 2222);
        using var connection = ssh.Connect(scene.Host, new IPEndPoint(TestNetwork.Address(own), 2222));

        Assert.Empty(Find(scene));
        Assert.Empty(Inspect(scene).Inbound);
        Assert.Equal(0, Inspect(scene).OutboundConnections);
    }

    [Fact]
    public void The_preview_names_processes_and_tells_connections_in_from_connections_out()
    {
        using var scene = new Scene();
        using var listener = scene.Client.Listen(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 7000));
        using var made = scene.Host.Connect(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 7000));
        using var web = SshProcess.Start(scene.Host, 8080, "nginx", "nginx", "nginx: worker process");
        using var connection = web.Connect(scene.Client, new IPEndPoint(TestNetwork.Address(OwnIpv6), 8080));

        var facts = Inspect(scene);

        Assert.Equal(1, facts.OutboundConnections);
        var inbound = Assert.Single(facts.Inbound);
        Assert.Equal((8080, false, "nginx"), (inbound.Local.Port, inbound.IsSsh, inbound.Process?.Name));
        Assert.Equal("nginx", Assert.Single(facts.Listeners, found => found is { Protocol: "tcp", Port: 8080 }).Process?.Name);
    }

    private static IReadOnlyList<InboundConnection> Find(Scene scene) => scene.Agent.FindSshSessionsAsync(CancellationToken.None).GetAwaiter().GetResult();

    private static AttachmentFacts Inspect(Scene scene) => scene.Agent.InspectAsync(new Attachment.ThisHost([], []), CancellationToken.None).GetAwaiter().GetResult();
}
