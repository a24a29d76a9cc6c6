using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Bench.Figures;

/// <summary>
/// Small UDP packets of an established connection through a machine to what is attached there beside 9,999 more with ten port rules each (single ports, ranges, ranges from two networks), replies to what that
/// side began, packets to the machine itself, and such as leave by what is not attached: against no table at all, and against one that does nothing but switch connection tracking on. All tables stand side by
/// side, in namespaces of their own, and take very short turns; what counts is how long a packet takes in the best twentieth of them, in which nothing else was done on the machine.
/// </summary>
internal static class Packets
{
    private const int Rounds = 5;
    private const int Turns = 400;
    private const int InTurn = 100;
    private const int FirstTurns = 40;
    private const int Instances = 10_000;
    private const int RulesEach = 10;
    private const string Peer = "table inet peer {\n chain prerouting {\n type filter hook prerouting priority 0\n ct state invalid drop\n }\n}\n";

    private static readonly List<(string Name, PacketLane Lane)> Lanes = [];

    public static Task<int> RunAsync()
    {
        foreach (var way in Enum.GetValues<PacketWay>())
        {
            Add("none", way, _ => { });
            Add("tracked", way, _ => Track());
        }

        Add("one", PacketWay.Through, device => Apply(Rules(device, 1, 1, Open)));
        foreach (var way in new[] { PacketWay.Through, PacketWay.Replies, PacketWay.Out })
        {
            Add("ports", way, device => Apply(Rules(device, Instances, RulesEach, Open)));
        }

        Add("ranges", PacketWay.Through, device => Apply(Rules(device, Instances, RulesEach, Range)));
        Add("sources", PacketWay.Through, device => Apply(Rules(device, Instances, RulesEach, FromSender)));
        Add("ports", PacketWay.Here, device => Apply(Rules(device, Instances, RulesEach, Open, withHost: true)));
        var rates = Lanes.ToDictionary(lane => lane.Name, _ => new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            Lanes.ForEach(lane => lane.Lane.Greet());
            // There and back again: a lane does not always come after the same one.
            for (var turn = 0; turn < Turns; turn++)
            {
                foreach (var (_, lane) in turn % 2 == 0 ? Lanes : Enumerable.Reverse(Lanes))
                {
                    lane.Take(InTurn);
                }
            }

            foreach (var (name, lane) in Lanes)
            {
                rates[name].Add(1 / Best(lane.Turns));
                lane.Turns.Clear();
            }
        }

        foreach (var (name, lane) in Lanes)
        {
            lane.RequireAll();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} {1 / Report.Median(rates[name], rate => rate):0.000} µs a packet"));
        }

        Compare("10,000 instances / no table", "ports Through", "none Through", 0.95);
        Compare("connection tracking alone / no table", "tracked Through", "none Through", 0.95);
        Compare("10,000 instances / tracking alone", "ports Through", "tracked Through", 0.97);
        Compare("10,000 with ranges / tracking alone", "ranges Through", "tracked Through", 0.9);
        Compare("10,000 with sources / tracking alone", "sources Through", "tracked Through", 0.9);
        Compare("to this machine / tracking alone", "ports Here", "tracked Here", 0.97);
        Compare("replies / tracking alone", "ports Replies", "tracked Replies", 0.9);
        Compare("by what is not attached / tracking alone", "ports Out", "tracked Out", 0.95);
        Compare("10,000 instances / one with one rule", "ports Through", "one Through", 0.97);
        TakeFirst();
        return Task.FromResult(0);

        void Compare(string name, string subject, string peer, double atLeast) => Report.Ratio($"packets, {name}", rates[subject], rates[peer], atLeast);
    }

    // First packets of connections, which are remembered, so there are fewer of them.
    private static void TakeFirst()
    {
        (string Name, PacketLane Lane)[] lanes = [.. Lanes.Where(lane => lane.Name is "none Through" or "tracked Through" or "ports Through" or "ranges Through" or "sources Through")];
        var times = lanes.ToDictionary(lane => lane.Name, _ => new List<double>());
        for (var turn = 0; turn < FirstTurns; turn++)
        {
            foreach (var (name, lane) in lanes)
            {
                times[name].Add(lane.TakeFirst(InTurn));
            }
        }

        Console.WriteLine("first packets, µs: " + string.Join(", ", times.Select(time => string.Create(CultureInfo.InvariantCulture, $"{time.Key} {Best(time.Value):0.00}"))));
    }

    internal static double Best(List<double> turns) => turns.Order().ElementAt(turns.Count / 20);

    private static void Add(string name, PacketWay way, Action<uint> furnish) => Lanes.Add(($"{name} {way}", PacketLane.Make($"{name}-{way}", way, furnish)));

    internal static void Apply(Ruleset ruleset)
    {
        using var session = NftablesSession.Open(new InstallationId(1), mayOwn: false);
        session.Synchronise(ruleset);
    }

    private static void Track()
    {
        using var nft = Process.Start(new ProcessStartInfo("nft", "-f -") { RedirectStandardInput = true })!;
        nft.StandardInput.Write(Peer);
        nft.StandardInput.Close();
        nft.WaitForExit();
        if (nft.ExitCode != 0)
        {
            throw new InvalidOperationException("`nft` made no table");
        }
    }

    internal static Ruleset Rules(uint device, int instances, int rules, Func<int, PortRule> rule, bool withHost = false, RulesetOptions? options = null)
    {
        var ports = PortSet.Of([.. Enumerable.Range(0, rules).Select(rule)]);
        return new Ruleset(options ?? new RulesetOptions(),
        [
            .. withHost ? [FilteredAttachment.Host(ports) with { Owner = new ConnectionOwner(default, 0) }] : Array.Empty<FilteredAttachment>(),
            FilteredAttachment.Interface("r0", device, ports) with { Owner = new ConnectionOwner(default, 1) },
            .. Enumerable.Range(2, instances - 1).Select(i => FilteredAttachment.Interface($"pl{i}", 100_000 + (uint)i, ports) with { Owner = new ConnectionOwner(default, (uint)i) }),
        ]);
    }

    internal static PortRule Open(int number) => new(Port(number, 80 + number, 80 + number), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []);

    internal static PortRule Range(int number) => new(Port(number, 80 + (100 * number), 89 + (100 * number)), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []);

    internal static PortRule FromSender(int number) =>
        new(Port(number, 80 + (100 * number), 89 + (100 * number)), [Cidr.Create(AddressFamily.InterNetwork, 0x0A000100, 24), Cidr.Create(AddressFamily.InterNetwork, 0xC6336400, 24)], [], []);

    private static PortKey Port(int number, int first, int last) => new(number == 0 ? NetworkProtocol.Udp : NetworkProtocol.Tcp, first, last);
}
