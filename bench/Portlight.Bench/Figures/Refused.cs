using System.Diagnostics;
using System.Globalization;
using Portlight.Nftables;

namespace Portlight.Bench.Figures;

/// <summary>
/// Packets that are refused, on their way to one of 10,000 instances: with a note of each against without, in turns, from one address and from 100,000; so few that each is looked at; and what the notes take
/// of the kernel's memory when they are as many as there can be.
/// </summary>
internal static class Refused
{
    private const int Rounds = 5;
    private const int Turns = 400;
    private const int InTurn = 200;
    private const int SlowTurns = 60;
    private const int Instances = 10_000;
    private const int RulesEach = 10;
    private const int Flood = 100_000;
    private const int Room = 32_768;
    private static readonly TimeSpan SlowTurn = TimeSpan.FromMilliseconds(500);

    public static async Task<int> RunAsync()
    {
        var devices = new Dictionary<string, uint>(StringComparer.Ordinal);
        (string Name, RefusedLane Lane)[] lanes = [.. new[] { "noted", "plain" }.Select(name => (name, RefusedLane.Make(name, device =>
        {
            devices[name] = device;
            Packets.Apply(Packets.Rules(device, Instances, RulesEach, Packets.Open, options: new RulesetOptions { NotesRefused = name == "noted" }));
        })))];
        Compare("packets, refused, from one address: noted / without notes", 1);
        Compare("packets, refused, from 100,000 addresses: noted / without notes", Flood);
        var (found, sent) = (Find(), lanes[0].Lane.Sent);
        Console.WriteLine($"of {sent} packets {found.Packets} are counted; {found.Some.Length} sources are noted");
        await LookAtEachAsync();
        Fill();
        Array.ForEach(lanes, lane => lane.Lane.Dispose());
        // What the wires carry anyway is refused as well.
        return found.Packets >= sent ? 0 : throw new InvalidOperationException("not every packet is counted");

        void Compare(string name, int sources)
        {
            var rates = lanes.ToDictionary(lane => lane.Name, _ => new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                for (var turn = 0; turn < Turns; turn++)
                {
                    foreach (var (_, lane) in turn % 2 == 0 ? lanes : lanes.Reverse())
                    {
                        lane.Take(InTurn, sources);
                    }
                }

                foreach (var (lane, taken) in lanes)
                {
                    rates[lane].Add(1 / Packets.Best(taken.Turns));
                    taken.Turns.Clear();
                }
            }

            foreach (var (lane, _) in lanes)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lane} {sources} sources {1 / Report.Median(rates[lane], rate => rate):0.000} µs a packet"));
            }

            Report.Ratio(name, rates["noted"], rates["plain"], 0.97);
        }

        // No more than are looked at: 240 in each turn of half a second.
        async Task LookAtEachAsync()
        {
            for (var turn = 0; turn < SlowTurns; turn++)
            {
                var began = Stopwatch.GetTimestamp();
                foreach (var (_, lane) in lanes)
                {
                    lane.Take(InTurn, 1);
                }

                await Task.Delay(SlowTurn - Stopwatch.GetElapsedTime(began));
            }

            Console.WriteLine("packets that are looked at, µs: " + string.Join(", ", lanes.Select(lane => string.Create(CultureInfo.InvariantCulture, $"{lane.Name} {Packets.Best(lane.Lane.Turns):0.00}"))));
        }

        KernelRefusals Find()
        {
            KernelRefusals? all = null;
            PacketLane.In("noted", () => all = KernelRefusals.Find(FilteredAttachment.Interface("r0", devices["noted"], Domain.PortSet.Empty), DateTimeOffset.UnixEpoch));
            return all ?? throw new InvalidOperationException("nothing is noted");
        }

        void Fill()
        {
            var before = KernelMemory();
            PacketLane.In("noted", () =>
            {
                using var nft = Process.Start(new ProcessStartInfo("nft", "-f -") { RedirectStandardInput = true })!;
                foreach (var set in new[] { "refused4", "refused_last4", "refused6", "refused_last6" })
                {
                    nft.StandardInput.WriteLine($"flush set inet portlight {set}");
                    nft.StandardInput.WriteLine($"add element inet portlight {set} {{ {string.Join(", ", Enumerable.Range(0, Room).Select(i => $"7 . {(set.EndsWith('4') ? $"10.0.{i >> 8}.{i & 255}" : $"2001:db8::{i:x}")} . tcp . 7"))} }}");
                }

                nft.StandardInput.Close();
                nft.WaitForExit();
                if (nft.ExitCode != 0)
                {
                    throw new InvalidOperationException("`nft` did not fill the sets");
                }
            });
            Console.WriteLine($"memory of the kernel when all four sets are full: {(KernelMemory() - before) / 1024.0:0.0} MiB");
            var began = Stopwatch.GetTimestamp();
            _ = Find();
            Console.WriteLine($"to list what is noted of one instance then: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        }
    }

    /// <summary>KiB of objects and of what each processor has of its own.</summary>
    private static long KernelMemory() => File.ReadLines("/proc/meminfo").Where(line => line.StartsWith("Slab:", StringComparison.Ordinal) || line.StartsWith("Percpu:", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
}
