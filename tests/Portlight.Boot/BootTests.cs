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

    /// <summary>To its last moment, too: Debian's nftables.service deletes all rules when it stops, and install-service has written the drop-in that takes that away. Without it there must be a leak.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Nothing_is_answered_from_a_closed_port_from_the_first_moment_of_a_boot(bool lab, bool keepsRules)
    {
        Watched.RequireRoot();
        using var image = Installed(lab ? [] : ["--no-lab"]);
        if (!keepsRules)
        {
            image.RemoveUnit("nftables.service.d/portlight.conf");
        }

        var (open, closed, atLast) = Watched.Boot(image, Open, Closed, Ssh);

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
        Watched.RequireRoot();
        using var image = Installed([]);
        image.EditUnit("portlight-restore.service", unit => unit
            .Replace("Wants=network-pre.target\nBefore=network-pre.target portlight.service", "Before=portlight.service", StringComparison.Ordinal)
            .Replace("After=local-fs.target", "After=network-online.target local-fs.target", StringComparison.Ordinal));
        image.RemoveUnit("sysinit.target.wants/portlight-restore.service");

        var (open, closed, _) = Watched.Boot(image, Open, Closed, Ssh);

        Assert.True(open > 0, "the open port never answered");
        Assert.True(closed > 0, "nothing leaked, so the other test would not see it either");
    }

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
        image.WriteUnit("ssh.service", $"[Service]\nExecStart=/usr/bin/python3 -c \"import socket, time; listener = socket.create_server(('', {Ssh})); session = listener.accept(); time.sleep(1000)\"\n");
        Watched.Prepare(
            image,
            Open,
            Closed,
            "portlight.service ssh.service",
            """
            systemctl show --property=ActiveState,SubState portlight-restore.service portlight.service >/states
            journalctl --boot >/journal
            (nsenter --net=/run/netns/pl-web-1 ip addr; COLUMNS=200 /opt/portlight/portlight status) >/lab 2>&1
            """,
            $"/opt/portlight/portlight close me {Ssh}/tcp --yes >/guard 2>&1");
        return image;
    }
}
