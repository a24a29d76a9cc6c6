using System.Diagnostics;
using System.Globalization;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Bench.Figures;

/// <summary>What it costs to count the packets that each open port lets in: packets to one of 10,000 instances, counted and not, in turns; and loading all of them into the kernel.</summary>
internal static class Counters
{
    private const int Rounds = 5;
    private const int Turns = 400;
    private const int InTurn = 100;
    private const int Instances = 10_000;
    private const int RulesEach = 10;
    private const int Loads = 5;

    public static Task<int> RunAsync()
    {
        (string Name, Func<int, PortRule> Rule)[] kinds = [("ports", Packets.Open), ("ranges", Packets.Range), ("sources", Packets.FromSender)];
        var lanes = kinds.SelectMany(kind => new[] { false, true }.Select(counts => (Name: Name(kind.Name, counts), Lane: PacketLane.Make(
            Name(kind.Name, counts), PacketWay.Through, device => Packets.Apply(Packets.Rules(device, Instances, RulesEach, kind.Rule, options: Options(counts))))))).ToList();
        var rates = lanes.ToDictionary(lane => lane.Name, _ => new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            lanes.ForEach(lane => lane.Lane.Greet());
            for (var turn = 0; turn < Turns; turn++)
            {
                foreach (var (_, lane) in turn % 2 == 0 ? lanes : Enumerable.Reverse(lanes))
                {
                    lane.Take(InTurn);
                }
            }

            foreach (var (name, lane) in lanes)
            {
                rates[name].Add(1 / Packets.Best(lane.Turns));
                lane.Turns.Clear();
            }
        }

        foreach (var (name, lane) in lanes)
        {
            lane.RequireAll();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} {1 / Report.Median(rates[name], rate => rate):0.000} µs a packet"));
        }

        foreach (var (kind, _) in kinds)
        {
            Report.Ratio($"packets, {kind}: counted / not counted", rates[Name(kind, true)], rates[Name(kind, false)], 0.97);
        }

        Load();
        return Task.FromResult(0);
    }

    private static void Load()
    {
        foreach (var counts in new[] { false, true, false, true })
        {
            var times = new List<double>();
            for (var i = 0; i < Loads; i++)
            {
                using var session = NftablesSession.Open(new InstallationId(1), mayOwn: false);
                var ruleset = Packets.Rules(1, Instances, RulesEach, Packets.Open, options: Options(counts));
                var began = Stopwatch.GetTimestamp();
                session.Synchronise(ruleset);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                session.Teardown();
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"loading 10,000 instances of ten ports, {(counts ? "counted" : "not counted")}: {times.Order().ElementAt(Loads / 2):0} ms (best {times.Min():0})"));
        }
    }

    private static string Name(string kind, bool counts) => counts ? "c-" + kind : kind;

    private static RulesetOptions Options(bool counts) => new() { CountsPackets = counts };
}
