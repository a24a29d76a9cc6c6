using System.Diagnostics;
using Portlight.Nftables.Netlink;

namespace Portlight.Bench.Figures;

/// <summary>
/// A change at one server until it is in a kernel that an agent of another server filters with: the agent is the program, over mutual TLS, and the kernel is that of this namespace, which says itself when its
/// ruleset has changed.
/// </summary>
internal static class ServersToKernel
{
    private const int Puts = 500;
    private const int Instance = 1_000;
    private const string Host = "bench", Door = "https://127.0.0.1:28583";

    // NFNLGRP_NFTABLES; the last message of a transaction is NFT_MSG_NEWGEN of NFNL_SUBSYS_NFTABLES.
    private const int Transactions = 7;
    private const ushort NewGeneration = 0x0a0f;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task RunAsync()
    {
        Interfaces.Make(2);
        await using var shared = await SharedInstallation.MakeAsync(1);
        await using var hasAgent = await shared.ServeAsync(isFirst: true, more: ["--agents", Door]);
        await using var asked = await shared.ServeAsync(isFirst: false);
        var data = Directory.CreateTempSubdirectory("portlight-bench-agent-").FullName;
        try
        {
            var token = (await Subject.RunAsync(Subject.Jit, "host", "token", Host, "--data", shared.DataPath)).Trim().Split(' ')[^1];
            await Subject.RunAsync(Subject.Agent[0], [.. Subject.Agent[1..], "join", token, "--data", data]);
            await using var agent = await Subject.AgentAsync(data);
            while (!(await Subject.RunAsync(Subject.Jit, "host", "show", Host, "--data", shared.DataPath)).Contains(": connected", StringComparison.Ordinal))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200)); // it is ready before it has found its server
            }

            await Subject.RunAsync(Subject.Jit, "attach", $"i{Instance}", "--host", Host, "--interface", "t0", "--yes", "--data", shared.DataPath);
            Measure(asked, shared);
        }
        finally
        {
            await Subject.RunAsync("nft", "flush ruleset");
            Directory.Delete(data, recursive: true);
        }
    }

    private static void Measure(Subject asked, SharedInstallation shared)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        socket.JoinGroup(Transactions);
        using var changed = new ManualResetEventSlim();
        var changedAt = 0L;
        using var listener = NetlinkListener.Start(
            socket,
            "kernel",
            datagram =>
            {
                if (IsEnd(datagram))
                {
                    Interlocked.CompareExchange(ref changedAt, Stopwatch.GetTimestamp(), 0);
                    changed.Set();
                }
            },
            lost: () => { },
            drained: () => { });
        using var client = new OneByOne(asked.Endpoint);
        byte[][] puts = [.. new[] { true, false }.Select(odd => SignedRequests.Put(asked.Endpoint, shared.Credentials, Instance, odd))];
        var (applied, answered) = (new List<double>(), new List<double>());
        for (var put = -Puts / 10; put < Puts; put++)
        {
            changed.Reset();
            Interlocked.Exchange(ref changedAt, 0);
            var began = Stopwatch.GetTimestamp();
            var took = client.Time(puts[put & 1]);
            if (!client.Answer.Contains("\"Succeeded\"", StringComparison.Ordinal) || !changed.Wait(Patience))
            {
                throw new InvalidOperationException($"the kernel has not changed: {client.Answer}");
            }

            if (put >= 0)
            {
                applied.Add(Stopwatch.GetElapsedTime(began, Interlocked.Read(ref changedAt)).TotalMilliseconds);
                answered.Add(took);
            }
        }

        Console.WriteLine($"Put at one server → in the kernel of an agent of another: median {Report.Median(applied, ms => ms):0.0} ms; answered after {Report.Median(answered, ms => ms):0.0} ms, 99th percentile {P99(answered):0.0} ms");
        Report.Value("Put → in the kernel of an agent of another, p99", "ms", [P99(applied)], atMost: 100);
    }

    private static bool IsEnd(ReadOnlySpan<byte> datagram)
    {
        for (var left = datagram; left.Length >= 16;)
        {
            var length = BitConverter.ToInt32(left);
            if (BitConverter.ToUInt16(left[4..]) == NewGeneration)
            {
                return true;
            }

            left = left[Math.Min(left.Length, Math.Max(16, (length + 3) & ~3))..];
        }

        return false;
    }

    private static double P99(List<double> times) => times.Order().ElementAt(times.Count * 99 / 100);
}
