using Portlight.Cli.Verbs;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using OwnSession = Portlight.Wire.PortlightApi.SshSession;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>What an operator reads before an attach.</summary>
public class AttachPlanTests
{
    [Fact]
    public void Everything_that_would_be_lost_has_a_line_with_its_process()
    {
        var plan = new AttachInstanceResponse
        {
            IsDryRun = true,
            Attachment = new Attachment { Kind = "host", Addresses = ["203.0.113.7"], PrivateCidrs = ["10.0.0.0/8"] },
            WasAttached = false,
            PortStatesAfter = [new InstancePortState { FromPort = 22, ToPort = 22, Protocol = "tcp", State = "open", Cidrs = ["0.0.0.0/0"], Ipv6Cidrs = ["::/0"] }],
            Listeners = [Listener(22, isOpenAfter: true), Listener(5432, isOpenAfter: false)],
            PublishedPorts = [Published("tcp", 8080, 8080, "172.17.0.2:80"), Published("udp", 5000, 5010, null), Published("tcp", 22, 22, null) with { IsOpenAfter = true }],
            Unseen = ["2 nat rules could not be read"],
            SshSessions = [Session("192.0.2.7", 22, isOpenAfter: true), Session("192.0.2.8", 2222, isOpenAfter: false)],
            CutConnections = [new CutConnections { Port = 443, Process = "nginx", ProcessId = 7, Count = 9, Peers = ["198.51.100.1", "2001:db8::1"] }],
            OutboundConnections = 1,
            AreProcessesHidden = true,
        };

        Assert.Equal(
            """
            edge: this machine, 203.0.113.7
              open afterwards: 22/tcp
              not filtered: packets from 10.0.0.0/8
              would close: 5432/tcp on 0.0.0.0 (postgres, pid 31)
              would close: 8080/tcp, which a nat rule sends to 172.17.0.2:80
              would close: 5000-5010/udp, which a nat rule sends to somewhere else
              would cut the SSH session of alice from 192.0.2.8 to port 2222 (sshd, pid 812)
              would cut: 9 connections to 443/tcp from 198.51.100.1, 2001:db8::1, … (nginx, pid 7)
              1 connection of this machine to others may break: answers pass for connections that begin afterwards
              not seen: 2 nat rules could not be read
              the server may not see every process: names may be missing, and SSH is known by port 22 and by systemd's units of SSH servers alone
            """,
            string.Join('\n', AttachPlan.Lines("edge", plan)));
    }

    private static Listener Listener(int port, bool isOpenAfter) =>
        new() { Protocol = "tcp", Address = "0.0.0.0", Port = port, Process = "postgres", ProcessId = 31, IsOpenBefore = true, IsOpenAfter = isOpenAfter };

    private static PublishedPort Published(string protocol, int from, int to, string? target) =>
        new() { Protocol = protocol, FromPort = from, ToPort = to, Target = target, IsOpenBefore = true, IsOpenAfter = false };

    private static OwnSession Session(string peer, int port, bool isOpenAfter) => new()
    {
        PeerAddress = peer,
        PeerPort = 50000,
        Port = port,
        Process = "sshd",
        ProcessId = 812,
        User = "alice",
        IsOpenBefore = true,
        IsOpenAfter = isOpenAfter,
        Rule = $"tcp:{port}@{peer}",
    };
}
