using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Portlight.Bench.Figures;

/// <summary>
/// One signed, durable, kernel-confirmed Put of one client against running <c>nft -f</c> with the same rules, turn by turn, and against one <c>fsync</c> of a page appended to a file
/// beside the store's, twenty of each in turn.
/// </summary>
internal static class SinglePut
{
    private const int Turns = 200;
    private const int PageSize = 4096;

    public static async Task<int> RunAsync()
    {
        Interfaces.Make(1);
        using var data = await DataDirectory.WithInstancesAsync(1);
        await using var server = await Subject.PortlightAsync(Subject.Jit, data.Path, "kernel");
        byte[][] puts = [SignedRequests.Put(server.Endpoint, data.Credentials, 0, odd: true), SignedRequests.Put(server.Endpoint, data.Credentials, 0, odd: false)];
        var script = Path.Combine(data.Path, "peer.nft");
        await RunNftAsync(script, Table(8080));
        for (var i = 0; i < Throughput.WarmUps; i++)
        {
            await Load.RunAsync(server.Endpoint, [puts], Throughput.WarmUp);
            await Task.Delay(Throughput.WarmUp); // the lull that the JIT waits for
        }

        using var client = new OneByOne(server.Endpoint);
        using var page = File.OpenHandle(Path.Combine(data.Path, "peer.page"), FileMode.CreateNew, FileAccess.Write);
        await CompareAsync("nft -f", atMost: 0.25, each: 1, turn => RunNftAsync(script, Table(turn % 2 == 0 ? 8080 : 80)));
        await CompareAsync("fsync of a page", atMost: 2.5, each: 20, turn => Task.FromResult(AppendPage(page, turn)));
        return 0;

        async Task CompareAsync(string peer, double atMost, int each, Func<int, Task<double>> timePeerAsync)
        {
            var ours = new List<double>();
            var theirs = new List<double>();
            for (var round = 0; round < Turns / each; round++)
            {
                var (calls, peers) = (new List<double>(), new List<double>());
                for (var turn = 0; turn < each; turn++)
                {
                    calls.Add(client.Time(puts[turn % 2 == round % 2 ? 0 : 1]));
                }

                for (var turn = 0; turn < each; turn++)
                {
                    peers.Add(await timePeerAsync((round * each) + turn));
                }

                ours.Add(Report.Median(calls, ms => ms));
                theirs.Add(Report.Median(peers, ms => ms));
            }

            Console.WriteLine($"one Put {Report.Median(ours, ms => ms):0.000} ms, {peer} {Report.Median(theirs, ms => ms):0.000} ms (medians of {Turns})");
            Report.Ratio($"one kernel-confirmed Put / {peer}", ours, theirs, atMost: atMost);
        }
    }

    private static double AppendPage(SafeFileHandle file, int turn)
    {
        var began = Stopwatch.GetTimestamp();
        RandomAccess.Write(file, new byte[PageSize], (long)turn * PageSize);
        RandomAccess.FlushToDisk(file);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>The same three open ports in both families, replaced in one transaction, as a careful administrator's script would.</summary>
    private static string Table(int port) => $$"""
        table inet peer
        delete table inet peer
        table inet peer {
            set ports { type ifname . inet_proto . inet_service; elements = { "t0" . tcp . 22, "t0" . tcp . {{port}}, "t0" . tcp . 443 } }
            chain forward { type filter hook forward priority 0; policy accept; oifname "t0" jump ports; }
            chain ports { ct state established,related ct direction reply accept; oifname . meta l4proto . th dport @ports accept; drop; }
        }
        """;

    private static async Task<double> RunNftAsync(string script, string text)
    {
        await File.WriteAllTextAsync(script, text, Encoding.ASCII);
        var began = Stopwatch.GetTimestamp();
        using var nft = Process.Start("nft", ["-f", script]);
        await nft.WaitForExitAsync();
        return nft.ExitCode == 0 ? Stopwatch.GetElapsedTime(began).TotalMilliseconds : throw new InvalidOperationException("nft failed");
    }
}
