using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Bench.Figures;

/// <summary>
/// `nft flush ruleset` until everything is closed again, and until everything is as it was, by the generation of the kernel's ruleset: for lab instances
/// and for attached interfaces (what is repaired is the ruleset, and it is the same for both), each with three open ports.
/// </summary>
internal static class Repair
{
    private const ushort GetGeneration = 0x0a10; // NFT_MSG_GETGEN
    private const ushort RequestAndAcknowledge = 0x05;
    private const int Rounds = 15;
    private const int Devices = 2000;
    private static readonly BlockingCollection<long> Commits = [];

    // A table that is owned cannot be flushed by others.
    private static readonly AgentOptions Options = new() { Installation = new InstallationId(0xbe9c4), DataDirectory = "", MayOwnTable = false };

    public static Task<int> RunAsync()
    {
        var listener = new Thread(Watch) { IsBackground = true };
        listener.Start();
        foreach (var count in new[] { 1, 100, 500 })
        {
            Measure($"{count} lab instances", [.. Enumerable.Range(1, count).Select(Lab)]);
        }

        MakeDevices();
        foreach (var count in new[] { 500, Devices })
        {
            Measure($"{count} attached interfaces", [.. Enumerable.Range(1, count).Select(Attached)]);
        }

        return Task.FromResult(0);
    }

    private static void MakeDevices()
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", "-batch -") { RedirectStandardInput = true })!;
        for (var i = 1; i < Devices; i += 2)
        {
            ip.StandardInput.WriteLine($"link add vm{i} type veth peer name vm{i + 1}");
        }

        ip.StandardInput.Close();
        ip.WaitForExit();
    }

    private static void Measure(string name, List<DesiredInstance> instances)
    {
        var closed = new List<double>();
        var whole = new List<double>();
        using (var agent = EmbeddedAgent.Open(Options, TimeProvider.System, NullLogger<EmbeddedAgent>.Instance))
        {
            foreach (var report in agent.SynchroniseAsync(instances, CancellationToken.None).GetAwaiter().GetResult())
            {
                if (report is not AgentReport.Applied { Problem: null })
                {
                    throw new InvalidOperationException($"not applied: {report}");
                }
            }

            for (var round = 0; round < Rounds; round++)
            {
                Drain();
                var before = agent.Status.DriftRepairs;
                using var flush = Process.Start("nft", "flush ruleset");
                flush.WaitForExit();
                var flushed = Commits.Take();
                closed.Add(Stopwatch.GetElapsedTime(flushed, Commits.Take()).TotalMilliseconds);
                SpinWait.SpinUntil(() => agent.Status.DriftRepairs > before);
                var last = flushed;
                while (Commits.TryTake(out var commit, TimeSpan.FromMilliseconds(50)))
                {
                    last = commit;
                }

                whole.Add(Stopwatch.GetElapsedTime(flushed, last).TotalMilliseconds);
            }
        }

        using (var teardown = Teardown.Open(Options.Installation, takesOver: false, ""))
        {
            teardown.Run();
        }

        Console.WriteLine($"{name,-28} closed after {Text(closed)}, whole after {Text(whole)}");
    }

    private static string Text(List<double> times) => $"{Report.Median(times, ms => ms),6:0.0} ms ({times.Min():0.0} to {times.Max():0.0})";

    private static void Drain()
    {
        while (Commits.TryTake(out _, TimeSpan.FromMilliseconds(20)))
        {
            // What was committed before.
        }
    }

    // The generation is asked for again and again: to be told of commits would make each of them more expensive.
    private static void Watch()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        using var request = new NetlinkWriter(64);
        uint? last = null;
        while (true)
        {
            uint generation = 0;
            request.Clear();
            var sequence = socket.NextSequence();
            request.BeginMessage(GetGeneration, RequestAndAcknowledge, sequence);
            request.Raw([1, 0, 0, 0]);
            request.EndMessage();
            socket.Dump(request, sequence, "read the generation", message => generation = message.Attributes(4).U32BigEndianOrNull(1) ?? 0);
            var now = Stopwatch.GetTimestamp();
            for (var commits = generation - (last ?? generation); commits > 0; commits--)
            {
                Commits.Add(now);
            }

            last = generation;
            Thread.Yield();
        }
    }

    private static DesiredInstance Lab(int i) => Instance(i) with
    {
        NamespaceName = $"pl-bench-{i}",
        PublicAddresses = [new IPAddress([198, 18, (byte)(i / 250), (byte)(i % 250)])],
        PrivateAddress = new IPAddress([172, 26, (byte)(i / 250), (byte)(i % 250)]),
        PeerGroup = 1,
    };

    private static DesiredInstance Attached(int i) => Instance(i) with { Attachment = new Attachment.Interface($"vm{i}", [], []) };

    private static DesiredInstance Instance(int i) => new()
    {
        Index = i,
        Revision = i,
        Attachment = new Attachment.Lab(),
        Ports = PortSet.Of([Rule(22), Rule(80), Rule(443)]),
        IsRunning = true,
    };

    private static PortRule Rule(int port) => new(new PortKey(NetworkProtocol.Tcp, port, port), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []);
}
