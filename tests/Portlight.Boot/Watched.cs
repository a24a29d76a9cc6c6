using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;

namespace Portlight.Boot;

/// <summary>A boot that is watched from outside: a peer tries an open and a closed port from before the first moment, and systemd itself listens on both, so whatever is let through is answered.</summary>
internal static class Watched
{
    internal const string Address = "10.9.0.1";

    internal static void RequireRoot() => Assert.SkipUnless(
        Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("TESTKIT_USERNS") != "1" && File.ReadAllText("/proc/self/uid_map").Contains("4294967295", StringComparison.Ordinal),
        "systemd-nspawn boots a machine for root alone");

    /// <summary>Writes the units that listen, and the one that looks around when everything is up, and again when it was seen from outside.</summary>
    /// <param name="image">Where to.</param>
    /// <param name="open">The port that is open.</param>
    /// <param name="closed">The one that is not.</param>
    /// <param name="after">The units that have to be up.</param>
    /// <param name="look">Commands, one a line.</param>
    /// <param name="lookAgain">One more.</param>
    internal static void Prepare(Image image, ushort open, ushort closed, string after, string look, string lookAgain)
    {
        image.WriteUnit("early.socket", $"[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream={open}\nListenStream={closed}\nService=early.service\n");
        image.Write("/etc/systemd/system/early.service", "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep infinity\n");
        image.WriteUnit(
            "result.service",
            $"""
            [Unit]
            After={after} network-online.target
            Wants=network-online.target
            SuccessAction=exit
            FailureAction=exit
            [Service]
            Type=oneshot
            ExecStart=/bin/sh -c '{look.ReplaceLineEndings("; ")}; : >/up; until [ -e /seen ]; do sleep 0.02; done; {lookAgain}; true'
            """);
    }

    /// <summary>
    /// How often the open and the closed port answered, from before the boot until everything was up; then the machine goes down, and how often the closed port
    /// has answered until it is down and a little longer: its network outlives it here.
    /// </summary>
    /// <param name="image">The machine.</param>
    /// <param name="open">The port that is open.</param>
    /// <param name="closed">The one that is not.</param>
    /// <param name="session">A port on which a session is begun when everything is up.</param>
    internal static (int Open, int Closed, int ClosedAtLast) Boot(Image image, ushort open, ushort closed, ushort? session = null)
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
            using var knocking = new Knocking(peer, TestNetwork.Address("10.9.0.2"), TestNetwork.Address(Address), open, closed);
            Socket? begun = null;
            var up = image.Boot("machine", () =>
            {
                begun = session is { } port ? peer.Connect(new IPEndPoint(TestNetwork.Address(Address), port)) : null;
                return knocking.Count();
            });
            begun?.Dispose();
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
