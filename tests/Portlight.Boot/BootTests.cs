using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Boot;

/// <summary>
/// A real boot with the units that <c>install-service</c> wrote, while a peer tries an open and a closed port from before the first moment. systemd itself
/// listens on both, so whatever the firewall lets through is answered.
/// </summary>
public sealed class BootTests
{
    private const ushort Open = 22;
    private const ushort Closed = 9999;
    private const ushort Ssh = 2222;

    /// <summary>To its last moment, too, if nftables.service does not delete all rules when it stops. That it does is Debian's unit, and docs/running.md has the drop-in.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Nothing_is_answered_from_a_closed_port_from_the_first_moment_of_a_boot(bool lab, bool keepsRules)
    {
        RequireRoot();
        using var image = Installed(lab ? [] : ["--no-lab"]);
        if (keepsRules)
        {
            image.WriteDropIn("nftables.service", "[Service]\nExecStop=\n");
        }

        var (open, closed, atLast) = Boot(image);

        var states = File.ReadAllText(image.In("/states"));
        Assert.True(states.Contains("ActiveState=active\nSubState=exited\n\nActiveState=active\nSubState=running\n", StringComparison.Ordinal), states + File.ReadAllText(image.In("/journal")));
        Assert.True(open > 0, "the open port never answered");
        Assert.Equal(0, closed);
        Assert.Equal(keepsRules, atLast == 0);
        AssertLab(File.ReadAllText(image.In("/lab")), lab);
        // Neither unit may look into sshd's process; its cgroup tells both.
        var guard = File.ReadAllText(image.In("/guard"));
        Assert.True(guard.Contains("an SSH session that is open now: from 10.9.0.2:", StringComparison.Ordinal), guard);
    }

    /// <summary>The instance that was made before is made again under the unit that may; the other unit starts all the same, and says what it cannot do.</summary>
    private static void AssertLab(string said, bool lab)
    {
        // The addresses inside, as `ip` shows them there.
        Assert.True(lab == Regex.IsMatch(said, @"(?m)^ +inet 198\.18\.\d+\.\d+/"), said);
        Assert.True(lab != said.Contains("Operation not permitted", StringComparison.Ordinal), said);
        Assert.Matches(lab ? "(?m)^  web-1 .* yes" : "(?m)^  web-1 .* (refused|no)", said);
        Assert.Matches("(?m)^  me .* yes", said);
    }

    /// <summary>That the test above can fail: the same machine, the restoration ordered after the network instead of before it.</summary>
    [Fact]
    public void With_the_restoration_ordered_after_the_network_the_closed_port_answers()
    {
        RequireRoot();
        using var image = Installed([]);
        image.EditUnit("portlight-restore.service", unit => unit
            .Replace("Wants=network-pre.target\nBefore=network-pre.target portlight.service", "Before=portlight.service", StringComparison.Ordinal)
            .Replace("After=local-fs.target", "After=network-online.target local-fs.target", StringComparison.Ordinal));
        image.RemoveLink("sysinit.target.wants/portlight-restore.service");

        var (open, closed, _) = Boot(image);

        Assert.True(open > 0, "the open port never answered");
        Assert.True(closed > 0, "nothing leaked, so the other test would not see it either");
    }

    private static void RequireRoot() => Assert.SkipUnless(
        Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("PORTLIGHT_TEST_USERNS") != "1" && File.ReadAllText("/proc/self/uid_map").Contains("4294967295", StringComparison.Ordinal),
        "systemd-nspawn boots a machine for root alone");

    /// <summary>A machine on which the host was attached with one port open, and the service installed.</summary>
    private static Image Installed(string[] options)
    {
        var image = new Image("wan0", "10.9.0.1/24");
        using var node = NetworkNode.Host();
        var data = image.In(Image.DataDirectory);
        using (var server = node.Do(() => ServeProcess.StartAsync(ServeProcess.CommandOn(data, "kernel"), data).GetAwaiter().GetResult()))
        {
            node.Run(PortlightProgram.Path, $"attach me --this-host --yes --open {Open},{Ssh}/tcp --data {data}");
            server.CreateAsync("web-1").GetAwaiter().GetResult();
            // Answered when it is in force, which it is not before there is a namespace.
            Assert.Contains("\"Succeeded\"", server.PutAsync("web-1", Open).GetAwaiter().GetResult().Body, StringComparison.Ordinal);
            server.End(ServeProcess.TerminateSignal);
        }

        // As a boot does: rules and namespaces are gone and the file is there. (A teardown would take the file, too.)
        node.Nft("flush ruleset");
        Command.Ip("netns del pl-web-1");

        image.Run([Image.Program, "install-service", "--root", "/", .. options]);
        image.WriteUnit("early.socket", $"[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream={Open}\nListenStream={Closed}\nService=early.service\n");
        image.Write("/etc/systemd/system/early.service", "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep infinity\n");
        image.WriteUnit("ssh.service", $"[Service]\nExecStart=/usr/bin/python3 -c \"import socket, time; listener = socket.create_server(('', {Ssh})); session = listener.accept(); time.sleep(1000)\"\n");
        image.WriteUnit(
            "result.service",
            """
            [Unit]
            After=portlight.service ssh.service network-online.target
            Wants=network-online.target
            SuccessAction=exit
            FailureAction=exit
            [Service]
            Type=oneshot
            ExecStart=/bin/sh -c 'systemctl show --property=ActiveState,SubState portlight-restore.service portlight.service >/states; journalctl --boot >/journal; (nsenter --net=/run/netns/pl-web-1 ip addr; COLUMNS=200 /opt/portlight/portlight status) >/lab 2>&1; : >/up; until [ -e /seen ]; do sleep 0.02; done; /opt/portlight/portlight close me SSH/tcp --yes >/guard 2>&1; true'
            """.Replace("SSH", $"{Ssh}", StringComparison.Ordinal));
        return image;
    }

    /// <summary>
    /// How often the open and the closed port answered, from before the boot until everything was up; then the machine goes down, and how often the closed port
    /// has answered until it is down and a little longer: its network outlives it here.
    /// </summary>
    private static (int Open, int Closed, int ClosedAtLast) Boot(Image image)
    {
        // The addresses of both ends are known beforehand: a peer that asks for them first waits a second, and misses the moment.
        Command.Ip("""
            netns add machine
            netns add peer
            link add wan0 netns machine address 02:00:00:00:00:01 type veth peer name eth0 netns peer
            """);
        using var peer = NetworkNode.Named("peer");
        try
        {
            peer.Do(() => Command.Ip("""
                addr add 10.9.0.2/24 dev eth0
                link set eth0 up
                neigh add 10.9.0.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
                """));
            using var knocking = new Knocking(peer, TestNetwork.Address("10.9.0.2"), TestNetwork.Address("10.9.0.1"), Open, Closed);
            Socket? session = null;
            var up = image.Boot("machine", () =>
            {
                session = peer.Connect(new IPEndPoint(TestNetwork.Address("10.9.0.1"), Ssh));
                return knocking.Count();
            });
            session?.Dispose();
            knocking.AwaitRounds(200);
            var down = knocking.Stop();
            return (up[0], up[1], down[1]);
        }
        finally
        {
            Command.Ip("netns del machine\nnetns del peer");
        }
    }
}
