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
        Look();
        return Task.FromResult(0);
    }

    /// <summary>What the agent's look at all counters takes, and what a change waits while one goes on.</summary>
    private static void Look()
    {
        using var session = NftablesSession.Open(new InstallationId(1), mayOwn: false);
        var ruleset = Packets.Rules(1, Instances, RulesEach, Packets.Open, options: Options(true) with { NotesRefused = true });
        session.Synchronise(ruleset);
        IReadOnlyList<FilteredAttachment> all = [.. ruleset.Attachments.Values];
        var (looks, processor) = (new List<double>(), new List<double>());
        for (var i = 0; i < Loads; i++)
        {
            var (began, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var counters = Read(all, () => false);
            looks.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            processor.Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a look at {counters} counters: {looks[^1]:0} ms, {processor[^1]:0} of the processor"));
        }

        var (quiet, beside) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            quiet.Add(Change(session, all[Instances / 2]));
            var isOver = false;
            var looking = new Thread(() => Read(all, () => Volatile.Read(ref isOver))) { IsBackground = true };
            looking.Start();
            beside.Add(Change(session, all[Instances / 2]));
            Volatile.Write(ref isOver, true);
            looking.Join();
        }

        Report.Ratio("a change beside a look / a change alone", beside, quiet, atMost: 1.5);
        session.Teardown();
    }

    private static int Read(IReadOnlyList<FilteredAttachment> all, Func<bool> isOver)
    {
        var counted = KernelRefusals.CountAll(all).Count(packets => packets is not null);
        return counted + all.TakeWhile(_ => !isOver()).Sum(attachment => KernelCounters.Find(attachment, ConnectionPolicy.Cut).Length);
    }

    /// <summary>The median of changes of one port, in microseconds.</summary>
    private static double Change(NftablesSession session, FilteredAttachment one)
    {
        var times = new List<double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            var ports = PortSet.Of([.. one.Ports.Rules.Take(RulesEach - (turn % 2))]);
            var began = Stopwatch.GetTimestamp();
            session.Apply([one with { Ports = ports }], []);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }

        return Report.Median(times, time => time);
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
