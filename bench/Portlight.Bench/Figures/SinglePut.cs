using System.Diagnostics;
using System.Text;

namespace Portlight.Bench.Figures;

/// <summary>One signed, durable, kernel-confirmed Put of one client against running <c>nft -f</c> with the same rules, turn by turn.</summary>
internal static class SinglePut
{
    private const int Turns = 200;

    public static async Task<int> RunAsync()
    {
        Interfaces.Make(1);
        using var data = await DataDirectory.WithInstancesAsync(1);
        await using var server = await Subject.PortlightAsync(Subject.Jit, data.Path, "kernel");
        byte[][] puts = [SignedRequests.Put(server.Endpoint, data.Credentials, 0, odd: true), SignedRequests.Put(server.Endpoint, data.Credentials, 0, odd: false)];
        var script = Path.Combine(data.Path, "peer.nft");
        await RunNftAsync(script, Table(8080));
        await Load.RunAsync(server.Endpoint, [puts], TimeSpan.FromSeconds(5)); // the JIT's warm-up

        var ours = new List<double>();
        var theirs = new List<double>();
        using var client = new OneByOne(server.Endpoint);
        for (var turn = 0; turn < Turns; turn++)
        {
            ours.Add(await client.TimeAsync(puts[turn % 2]));
            theirs.Add(await RunNftAsync(script, Table(turn % 2 == 0 ? 8080 : 80)));
        }

        Console.WriteLine($"one Put {Report.Median(ours, ms => ms):0.000} ms, nft -f {Report.Median(theirs, ms => ms):0.000} ms (medians of {Turns})");
        Report.Ratio("one kernel-confirmed Put / nft -f", ours, theirs, atMost: 0.25);
        return 0;
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
