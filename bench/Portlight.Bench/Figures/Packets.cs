using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Bench.Figures;

/// <summary>
/// Small UDP packets for each second of processor time from one namespace through this machine to another, which is attached beside 9,999 more with ten port rules each: against no table at all,
/// against one that does nothing but switch connection tracking on, and against Portlight's for that namespace and one port alone. They take turns.
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
        using NftablesSession session = NftablesSession.Open(new InstallationId(1));
        var link = await ExecuteAsync("ip", "-o link show dev r0", "");
        var device = uint.Parse(link.AsSpan(0, link.IndexOf(':', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
        var (alone, everybody) = (Rules(device, instances: 1, rules: 1), Rules(device, Instances, RulesEach));
        var (none, tracked, ours, empty, replies, trackedReplies) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                none.Add(await SendAsync("sender", "10.0.2.2:80"));
                await ExecuteAsync("nft", "-f -", Peer);
                tracked.Add(await SendAsync("sender", "10.0.2.2:80"));
                trackedReplies.Add(await SendAsync("receiver", "10.0.1.2:81"));
                await ExecuteAsync("nft", "delete table inet peer", "");
                session.Synchronise(alone);
                empty.Add(await SendAsync("sender", "10.0.2.2:80"));
                session.Synchronise(everybody);
                ours.Add(await SendAsync("sender", "10.0.2.2:80"));
                replies.Add(await SendAsync("receiver", "10.0.1.2:81"));
                session.Teardown();
            }
        }
        finally
        {
            answering.Kill();
            elsewhere.Kill();
        }

        Report.Ratio("packets, 10,000 instances / no table", ours, none, atLeast: 0.95);
        Report.Ratio("packets, 10,000 instances / conntrack alone", ours, tracked, atLeast: 0.95);
        Report.Ratio("packets, 10,000 instances / one with one rule", ours, empty, atLeast: 0.95);
        Report.Ratio("outbound packets / conntrack alone", replies, trackedReplies, atLeast: 0.95);
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
            if (count % 1024 == 0) socket.SendTo(buffer.AsSpan(0, 8), from);
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
        for (var i = 0; i < WarmUp; i++) socket.Send(packet);
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

    private static Ruleset Rules(uint device, int instances, int rules)
    {
        PortRule[] open = [.. Enumerable.Range(0, rules).Select(i => new PortRule(new PortKey(i == 0 ? NetworkProtocol.Udp : NetworkProtocol.Tcp, 80 + i, 80 + i), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []))];
        var ports = PortSet.Of(open);
        return new Ruleset(new RulesetOptions(),
        [
            FilteredAttachment.Interface("r0", device, ports) with { Owner = new ConnectionOwner(default, 1) },
            .. Enumerable.Range(2, instances - 1).Select(i => FilteredAttachment.Interface($"pl{i}", 100_000 + (uint)i, ports) with { Owner = new ConnectionOwner(default, (uint)i) }),
        ]);
    }

    private static async Task<double> SendAsync(string node, string to) =>
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
