using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Bench.Figures;

/// <summary>
/// Small UDP packets for each second of processor time from one namespace through this machine to another, which is attached beside 9,999 more with ten port rules each (single ports, ranges, sources): against
/// no table at all, against one that does nothing but switch connection tracking on, and against Portlight's for that namespace and one port alone. And packets to this machine itself, and such as leave by what is
/// not attached. They take turns.
/// </summary>
internal static class Packets
{
    private const int Rounds = 15;
    private const int WarmUp = 10_000;
    private const int Instances = 10_000;
    private const int RulesEach = 10;
    private const string Milliseconds = "1000";
    private const string Peer = "table inet peer {\n chain prerouting {\n type filter hook prerouting priority 0\n ct state invalid drop\n }\n}\n";

    public static async Task<int> RunAsync()
    {
        await ExecuteAsync("ip", "-batch -", """
            netns add sender
            netns add receiver
            link add s0 type veth peer name eth0 netns sender
            link add r0 type veth peer name eth0 netns receiver
            addr add 10.0.1.1/24 dev s0
            addr add 10.0.2.1/24 dev r0
            link set s0 up
            link set r0 up

            """);
        await ExecuteAsync("ip", "-n sender -batch -", "addr add 10.0.1.2/24 dev eth0\nlink set eth0 up\nroute add default via 10.0.1.1\n");
        await ExecuteAsync("ip", "-n receiver -batch -", "addr add 10.0.2.2/24 dev eth0\nlink set eth0 up\nroute add default via 10.0.2.1\n");
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1");
        using var answering = Process.Start("ip", ["netns", "exec", "receiver", Environment.ProcessPath!, "packets-answer", "80"]);
        using var elsewhere = Process.Start("ip", ["netns", "exec", "sender", Environment.ProcessPath!, "packets-answer", "81"]);
        using var here = Process.Start(Environment.ProcessPath!, ["packets-answer", "80"]);
        using var session = NftablesSession.Open(new InstallationId(1));
        var link = await ExecuteAsync("ip", "-o link show dev r0", "");
        var device = uint.Parse(link.AsSpan(0, link.IndexOf(':', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
        var (alone, everybody, ranges, sources) = (Rules(device, 1, 1, Open), Rules(device, Instances, RulesEach, Open), Rules(device, Instances, RulesEach, Range), Rules(device, Instances, RulesEach, FromSender));
        var withHost = Rules(device, Instances, RulesEach, Open, withHost: true);
        var measured = new Dictionary<string, List<double>>();
        async Task SendAsync(string name, string node, string to)
        {
            if (!measured.TryGetValue(name, out var rounds))
            {
                measured[name] = rounds = [];
            }

            rounds.Add(await CountAsync(node, to));
        }

        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                await SendAsync("none", "sender", "10.0.2.2:80");
                await SendAsync("none, to here", "sender", "10.0.1.1:80");
                await ExecuteAsync("nft", "-f -", Peer);
                await SendAsync("tracked", "sender", "10.0.2.2:80");
                await SendAsync("tracked, to here", "sender", "10.0.1.1:80");
                await SendAsync("tracked, out", "receiver", "10.0.1.2:81");
                await ExecuteAsync("nft", "delete table inet peer", "");
                session.Synchronise(alone);
                await SendAsync("alone", "sender", "10.0.2.2:80");
                session.Synchronise(everybody);
                await SendAsync("ports", "sender", "10.0.2.2:80");
                await SendAsync("ports, out", "receiver", "10.0.1.2:81");
                session.Synchronise(withHost);
                await SendAsync("ports, to here", "sender", "10.0.1.1:80");
                session.Synchronise(ranges);
                await SendAsync("ranges", "sender", "10.0.2.2:80");
                session.Synchronise(sources);
                await SendAsync("sources", "sender", "10.0.2.2:80");
                session.Teardown();
            }
        }
        finally
        {
            answering.Kill();
            elsewhere.Kill();
            here.Kill();
        }

        void Compare(string name, string subject, string peer, double atLeast) => Report.Ratio($"packets, {name}", measured[subject], measured[peer], atLeast);
        Compare("10,000 instances / no table", "ports", "none", 0.97);
        Compare("connection tracking alone / no table", "tracked", "none", 0.97);
        Compare("10,000 instances / tracking alone", "ports", "tracked", 0.97);
        Compare("10,000 with ranges / tracking alone", "ranges", "tracked", 0.9);
        Compare("10,000 with sources / tracking alone", "sources", "tracked", 0.9);
        Compare("to this machine / tracking alone", "ports, to here", "tracked, to here", 0.97);
        Compare("to this machine / no table", "ports, to here", "none, to here", 0.97);
        Compare("10,000 instances / one with one rule", "ports", "alone", 0.97);
        Compare("by what is not attached / tracking alone", "ports, out", "tracked, out", 0.95);
        return 0;
    }

    /// <summary>At the far end: answers one packet in 1024, so that the connection is an established one.</summary>
    public static int Answer(string port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, int.Parse(port, CultureInfo.InvariantCulture)));
        var buffer = new byte[64];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        for (var count = 0; ; count++)
        {
            socket.ReceiveFrom(buffer, ref from);
            if (count % 1024 == 0)
            {
                socket.SendTo(buffer.AsSpan(0, 8), from);
            }
        }
    }

    /// <summary>
    /// In the sender's namespace: prints how many packets it has sent for each second of processor time. The kernel carries a packet all the way to the receiver's socket in the
    /// sender's time, so what others do on the machine does not count.
    /// </summary>
    public static int Send(string place, string milliseconds)
    {
        var to = IPEndPoint.Parse(place);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(to);
        var packet = new byte[8];
        for (var i = 0; i < WarmUp; i++)
        {
            socket.Send(packet);
        }

        long count = 0;
        var spent = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        for (var duration = TimeSpan.FromMilliseconds(int.Parse(milliseconds, CultureInfo.InvariantCulture)); (count & 255) != 0 || clock.Elapsed < duration; count++)
        {
            socket.Send(packet);
        }

        Console.WriteLine((count / (Environment.CpuUsage.TotalTime - spent).TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static Ruleset Rules(uint device, int instances, int rules, Func<int, PortRule> rule, bool withHost = false)
    {
        var ports = PortSet.Of([.. Enumerable.Range(0, rules).Select(rule)]);
        return new Ruleset(new RulesetOptions(),
        [
            .. withHost ? [FilteredAttachment.Host(ports) with { Owner = new ConnectionOwner(default, 0) }] : Array.Empty<FilteredAttachment>(),
            FilteredAttachment.Interface("r0", device, ports) with { Owner = new ConnectionOwner(default, 1) },
            .. Enumerable.Range(2, instances - 1).Select(i => FilteredAttachment.Interface($"pl{i}", 100_000 + (uint)i, ports) with { Owner = new ConnectionOwner(default, (uint)i) }),
        ]);
    }

    private static PortRule Open(int number) => new(Port(number, 80 + number, 80 + number), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []);

    private static PortRule Range(int number) => new(Port(number, 80 + (100 * number), 89 + (100 * number)), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []);

    private static PortRule FromSender(int number) =>
        new(Port(number, 80 + (100 * number), 89 + (100 * number)), [Cidr.Create(AddressFamily.InterNetwork, 0x0A000100, 24), Cidr.Create(AddressFamily.InterNetwork, 0xC6336400, 24)], [], []);

    private static PortKey Port(int number, int first, int last) => new(number == 0 ? NetworkProtocol.Udp : NetworkProtocol.Tcp, first, last);

    private static async Task<double> CountAsync(string node, string to) =>
        double.Parse(await ExecuteAsync("ip", $"netns exec {node} {Environment.ProcessPath} packets-send {to} {Milliseconds}", ""), CultureInfo.InvariantCulture);

    private static async Task<string> ExecuteAsync(string program, string arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"`{program} {arguments}` failed");
    }
}
