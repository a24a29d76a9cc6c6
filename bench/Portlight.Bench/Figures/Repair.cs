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
/// `nft flush ruleset` until everything is closed again, and until everything is as it was, by the events of the kernel: for lab instances,
/// each with three open ports.
/// </summary>
internal static class Repair
{
    private const int TablesGroup = 7; // NFNLGRP_NFTABLES
    private const ushort NewGeneration = 0x0a0f;
    private const int Rounds = 15;
    private static readonly BlockingCollection<long> Commits = [];

    // A table that is owned cannot be flushed by others.
    private static readonly AgentOptions Options = new() { Installation = new InstallationId(0xbe9c4), DataDirectory = "", MayOwnTable = false };

    public static Task<int> RunAsync()
    {
        var listener = new Thread(Listen) { IsBackground = true };
        listener.Start();
        foreach (var count in new[] { 1, 100, 500, 2000 })
        {
            Measure($"{count} lab instances", [.. Enumerable.Range(1, count).Select(Lab)]);
        }

        return Task.FromResult(0);
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

    private static void Listen()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter, 1 << 20);
        socket.ReserveReceiveBuffer(32 << 20);
        socket.JoinGroup(TablesGroup);
        while (true)
        {
            var reader = new NetlinkReader(socket.Receive());
            while (reader.TryRead(out var message))
            {
                if (message.Type == NewGeneration)
                {
                    Commits.Add(Stopwatch.GetTimestamp());
                }
            }
        }
    }

    private static DesiredInstance Lab(int i) => Instance(i) with
    {
        NamespaceName = $"pl-bench-{i}",
        PublicAddresses = [new IPAddress([198, 18, (byte)(i / 250), (byte)(i % 250)])],
        PrivateAddress = new IPAddress([172, 26, (byte)(i / 250), (byte)(i % 250)]),
        PeerGroup = 1,
    };

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
