using System.Net;
using System.Text.Json;
using Portlight.TestKit.Network;
using Portlight.TestKit.Storm;

namespace Portlight.Netns.FleetStorm;

/// <summary>What is known of one instance of the fleet, which one writer alone changes; and what that writer may ask for next.</summary>
internal sealed class StormSubject(StormMachine machine, int guest, bool comesAndGoes)
{
    /// <summary>UDP ports whose rules change, and are looked at.</summary>
    internal static readonly ushort[] Ports = [10_000, 10_001, 10_010, 20_000, 30_000, 40_000, 50_000, 60_000];

    /// <summary>In every port set, and in none.</summary>
    internal const ushort AlwaysOpen = 80;
    internal const ushort AlwaysClosed = 9999;

    private const string Anybody = "0.0.0.0/0";
    private const string TheClient = "198.51.100.0/24";
    private const string Others = "192.0.2.0/24";

    private readonly HashSet<State> _since = [];

    public StormMachine Machine { get; } = machine;

    public string Name { get; } = guest == 0 ? $"{machine.Name}-itself" : $"{machine.Name}-g{guest}";

    /// <summary>Whether it is the machine itself: what its agent reverts by itself is one of its earlier states, and told as a failure.</summary>
    public bool IsMachine => guest == 0;

    public IPAddress Address => IsMachine ? Machine.Address : Machine.GuestAddress(guest);

    public State Acknowledged { get; private set; }

    /// <summary>Asked for, and not answered; null for nothing.</summary>
    public State? UnderWay { get; private set; }

    /// <summary>The operation that was acknowledged last; null when it is known how that ended.</summary>
    public string? Operation { get; private set; }

    public void Ask(State next) => UnderWay = next;

    public void Acknowledge(string? operation)
    {
        _since.Add(Acknowledged);
        (Acknowledged, UnderWay, Operation) = (UnderWay!.Value, null, operation);
    }

    /// <summary>It was answered that nothing has changed.</summary>
    public void Refuse() => UnderWay = null;

    /// <summary>What the server answers of it: what was acknowledged or is under way, or something was lost. Of a change that its machine's agent has reverted, what was there before.</summary>
    public void Find(State found, bool mayBeReverted)
    {
        Assert.True(
            found == Acknowledged || found == UnderWay || (mayBeReverted && IsMachine && _since.Contains(found)),
            $"{Name} is answered as {found}, acknowledged was {Acknowledged}, under way {UnderWay?.ToString() ?? "nothing"}");
        if (UnderWay is not null && found == UnderWay)
        {
            _since.Add(Acknowledged);
        }

        (Acknowledged, UnderWay) = (found, null);
    }

    /// <summary>Everything is in force: what was there before does not come back.</summary>
    public void Settle()
    {
        _since.Clear();
        Operation = null;
    }

    /// <summary>Its first request.</summary>
    public (string Operation, string Body, State Next) First() => Attach(default(State) with { Exists = true });

    /// <summary>A request and what it leads to.</summary>
    public (string Operation, string Body, State Next) Next(Random random)
    {
        if (comesAndGoes && (!Acknowledged.Exists || random.Next(3) == 0))
        {
            return Acknowledged.Exists
                ? ("Portlight_20261122.DetachInstance", $$"""{"instanceName":"{{Name}}"}""", default)
                : Attach(new State(Exists: true, (ushort)random.Next(1 << 16)));
        }

        // The machine itself is told all of it each time: its agent may revert what this writer has not heard of yet.
        var port = random.Next(Ports.Length);
        return (IsMachine ? 0 : random.Next(3), Acknowledged.Rule(port)) switch
        {
            (1, Rule.None) => ("OpenInstancePublicPorts", One(port), Acknowledged.With(port, Rule.Anybody)),
            (2, Rule.Anybody) => ("CloseInstancePublicPorts", One(port), Acknowledged.With(port, Rule.None)),
            _ => new State(Exists: true, (ushort)random.Next(1 << 16)) is var next ? ("PutInstancePublicPorts", $$"""{"instanceName":"{{Name}}","portInfos":{{Infos(next)}}}""", next) : default,
        };
    }

    /// <summary>The state as an answer of GetInstancePortStates tells it.</summary>
    public static State Read(string body)
    {
        var rules = 0;
        using var json = JsonDocument.Parse(body);
        var isSteady = false;
        foreach (var state in json.RootElement.GetProperty("portStates").EnumerateArray())
        {
            var (port, source) = ((ushort)state.GetProperty("fromPort").GetInt32(), state.GetProperty("cidrs")[0].GetString());
            isSteady |= port == AlwaysOpen;
            var at = Array.IndexOf(Ports, port);
            rules |= at < 0 ? 0 : (int)(source switch { Anybody => Rule.Anybody, TheClient => Rule.TheClient, _ => Rule.Others }) << (2 * at);
        }

        Assert.True(isSteady, $"the port that is always open is not: {body}");
        return new State(Exists: true, (ushort)rules);
    }

    /// <summary>Every port that is looked at, and whether a packet of the client passes.</summary>
    public IEnumerable<(Packet Packet, bool Passes)> Expected(IPAddress client)
    {
        foreach (var (port, passes) in Ports.Select((port, at) => (port, Acknowledged.LetsIn(at))).Append((AlwaysOpen, true)).Append((AlwaysClosed, !Acknowledged.Exists)))
        {
            yield return (new Packet { Source = client, Destination = Address, Protocol = Packet.Udp, Port = port }, passes);
        }
    }

    private (string Operation, string Body, State Next) Attach(State next)
    {
        var place = IsMachine ? """ "thisHost":true """ : guest % 2 == 0 ? $""" "selector":"mac:{Machine.GuestMac(guest)}" """ : $""" "interfaceName":"{StormMachine.GuestLink(guest)}" """;
        return ("Portlight_20261122.AttachInstance", $$"""{"instanceName":"{{Name}}","hostName":"{{Machine.Name}}",{{place}},"mayCutSsh":true,"portInfos":{{Infos(next)}}}""", next);
    }

    private string One(int port) => $$"""{"instanceName":"{{Name}}","portInfo":{{Info(Ports[port], Anybody)}}}""";

    private static string Infos(State state)
    {
        var infos = new List<string> { Info(AlwaysOpen, Anybody) };
        for (var port = 0; port < Ports.Length; port++)
        {
            if (state.Rule(port) is not Rule.None and var rule)
            {
                infos.Add(Info(Ports[port], rule switch { Rule.Anybody => Anybody, Rule.TheClient => TheClient, _ => Others }));
            }
        }

        return $"[{string.Join(',', infos)}]";
    }

    private static string Info(ushort port, string source) => $$"""{"fromPort":{{port}},"toPort":{{port}},"protocol":"udp","cidrs":["{{source}}"]}""";

    internal enum Rule
    {
        None,
        Anybody,
        TheClient,
        Others,
    }

    /// <param name="Exists">Whether it is attached; what is not attached lets everything in.</param>
    /// <param name="Rules">Two bits for each of <see cref="Ports"/>.</param>
    internal readonly record struct State(bool Exists, ushort Rules)
    {
        public Rule Rule(int port) => (Rule)(Rules >> (2 * port) & 3);

        public State With(int port, Rule rule) => this with { Rules = (ushort)((Rules & ~(3 << (2 * port))) | ((int)rule << (2 * port))) };

        public bool LetsIn(int port) => !Exists || Rule(port) is StormSubject.Rule.Anybody or StormSubject.Rule.TheClient;
    }
}
