using System.Diagnostics;
using System.Net;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.TestKit.Storm;

/// <summary>
/// A machine of the fleet with a kernel of its own, an agent, and guests behind interfaces. Packets to it come by one wire, its agent reaches the server by another: what is
/// done to the second must not be seen on the first.
/// </summary>
public sealed class StormMachine : IDisposable
{
    /// <summary>Where the server listens for agents, reached from every machine by the wire of its agent.</summary>
    public const string ServerAddress = "10.254.0.1";

    /// <summary>The guest that is never attached: packets to it always pass.</summary>
    private const int Unattached = 100;

    private readonly string _data;
    private ReadyProcess? _agent;

    /// <param name="network">Where it is.</param>
    /// <param name="number">1 for the first; the wire before that of the first machine is the client's.</param>
    /// <param name="guests">How many guests it has, beside the one that is never attached.</param>
    /// <param name="data">Its agent's data directory.</param>
    /// <param name="servers">What its agent reaches by its wire.</param>
    public StormMachine(TestNetwork network, int number, int guests, string data, string servers = ServerAddress)
    {
        (Number, Name, _data) = (number, $"h{number}", data);
        Address = TestNetwork.Address($"198.51.100.{20 + number}");
        Command.Ip($"netns add v{number}");
        Guests = NetworkNode.Named($"v{number}");
        Node = network.AddMachine(Name, $"{Name}-data", Address.ToString());
        Command.Ip($"""
            link add {ControlLink} type veth peer name control netns {Name}
            addr add 10.254.{number}.1/24 dev {ControlLink}
            link set {ControlLink} up
            route add 172.20.{number}.0/24 via 10.255.{number + 1}.2
            """);
        Node.Do(() =>
        {
            Furnish();
            Command.Ip($"""
                addr add 10.254.{number}.2/24 dev control
                link set control up
                route add {servers} via 10.254.{number}.1
                """);
        });
        Guests.Do(Furnish);
        foreach (var guest in Enumerable.Range(1, guests).Append(Unattached))
        {
            AddGuest(guest);
        }
    }

    public int Number { get; }

    /// <summary>The command whose agent it runs; null for the one that was built with the tests.</summary>
    public string? Program { get; set; }

    public string Name { get; }

    /// <summary>The machine itself.</summary>
    public NetworkNode Node { get; }

    /// <summary>Where its guests are, all in one.</summary>
    public NetworkNode Guests { get; }

    /// <summary>Of the machine itself.</summary>
    public IPAddress Address { get; }

    /// <summary>A guest to which packets always pass, by the way of packets to the others.</summary>
    public IPAddress AlwaysOpen => GuestAddress(Unattached);

    /// <summary>The server's end of the wire by which the agent reaches it.</summary>
    public string ControlLink => $"{Name}-control";

    public IPAddress GuestAddress(int guest) => TestNetwork.Address($"172.20.{Number}.{guest}");

    public static string GuestLink(int guest) => $"g{guest}";

    /// <summary>Of the machine's end of a guest's wire.</summary>
    public string GuestMac(int guest) => $"52:54:00:00:{Number:x2}:{guest:x2}";

    public void Join(string token)
    {
        var (code, output, error) = PortlightProgram.Run(AgentCommand("join", token, "--data", _data));
        if (code != 0)
        {
            throw new InvalidOperationException($"{Name} has not joined: {output}{error}");
        }
    }

    /// <summary>Starts the agent; it enforces what it remembers when this returns.</summary>
    public async Task StartAsync()
    {
        _agent = await ReadyProcess.StartAsync(AgentCommand("--data", _data), "portlight-agent ready");
    }

    public void Kill()
    {
        _agent?.Dispose();
        _agent = null;
    }

    public void Signal(int signal) => ServeProcess.Signal(_agent!.Process.Id, signal);

    public void Dispose()
    {
        Kill();
        Command.Ip($"link del {ControlLink}");
        Guests.Dispose();
        Command.Ip($"netns del v{Number}");
    }

    /// <summary>The agent there with these words. PORTLIGHT_STORM_AGENT names a native portlight-agent, of which twenty take less of a machine.</summary>
    private ProcessStartInfo AgentCommand(params string[] words) => Program is null && Environment.GetEnvironmentVariable("PORTLIGHT_STORM_AGENT") is { } native
        ? new ProcessStartInfo("ip", ["netns", "exec", Name, native, .. words]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true }
        : PortlightProgram.CommandBehind(["ip", "netns", "exec", Name], Program ?? PortlightProgram.Path, ["agent", .. words]);

    /// <summary>A router that asks of no packet where it came from.</summary>
    private static void Furnish()
    {
        File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
        File.WriteAllText("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
        File.WriteAllText("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
        Command.Ip("link set lo up");
    }

    // Neighbours are known from the beginning, so that packets to different guests keep their order.
    private void AddGuest(int guest)
    {
        var (inside, address) = ($"52:54:00:01:{Number:x2}:{guest:x2}", GuestAddress(guest));
        Node.Do(() => Command.Ip($"""
            link add {GuestLink(guest)} address {GuestMac(guest)} type veth peer name e{guest} address {inside} netns v{Number}
            addr add 10.253.{guest}.1/32 dev {GuestLink(guest)}
            link set {GuestLink(guest)} up
            route add {address}/32 dev {GuestLink(guest)}
            neigh add {address} lladdr {inside} dev {GuestLink(guest)} nud permanent
            """));
        Guests.Do(() => Command.Ip($"addr add {address}/32 dev e{guest}\nlink set e{guest} up"));
    }
}
