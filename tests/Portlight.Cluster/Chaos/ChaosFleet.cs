using System.Text.Json;
using Portlight.TestKit.Network;
using Portlight.TestKit.Storm;

namespace Portlight.Cluster.Chaos;

/// <summary>Twenty machines with kernels and agents of their own, each with ten guests, which are the instances of the storm; and what packets find there.</summary>
internal sealed class ChaosFleet : IDisposable
{
    private const string Client = "198.51.100.10";
    private const int Machines = 20, Guests = 10, Lanes = 3;

    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-agents-").FullName;
    private readonly TestNetwork _network = new();
    private readonly List<StormMachine> _machines = [];
    private readonly PacketSender _sender;
    private readonly MachineFaults _faults;

    public ChaosFleet()
    {
        _sender = new PacketSender(_network.AddMachine("client", "client0", Client));
        MachineFaults.Furnish(_network.Host);
        _faults = new MachineFaults(_machines, _network.Host);
    }

    public IReadOnlyList<string> Instances => [.. _machines.SelectMany(machine => Enumerable.Range(1, Guests).Select(guest => NameOf(machine, guest)))];

    /// <summary>How many packets were sent that are known to pass or not.</summary>
    public int Packets { get; private set; }

    /// <summary>How often each fault of agents was made.</summary>
    public IEnumerable<KeyValuePair<string, int>> Faults => _faults.Counts;

    /// <summary>All machines join, and their guests are attached.</summary>
    public async Task FurnishAsync(SignedCaller caller)
    {
        for (var number = 1; number <= Machines; number++)
        {
            var machine = new StormMachine(_network, number, Guests, Path.Combine(_directory, $"h{number}"), "192.0.2.0/24");
            _machines.Add(machine);
            using var json = JsonDocument.Parse(await AnswerAsync(caller, "CreateHostToken", $$"""{"hostName":"{{machine.Name}}"}"""));
            machine.Join(json.RootElement.GetProperty("token").GetString()!);
        }

        foreach (var some in _machines.Chunk(4))
        {
            await Task.WhenAll(some.Select(machine => machine.StartAsync()));
        }

        await SettleAsync(caller);
        foreach (var machine in _machines)
        {
            for (var guest = 1; guest <= Guests; guest++)
            {
                await AnswerAsync(caller, "AttachInstance", $$"""{"instanceName":"{{NameOf(machine, guest)}}","hostName":"{{machine.Name}}","interfaceName":"{{StormMachine.GuestLink(guest)}}","portInfos":[{"fromPort":22,"toPort":22,"protocol":"udp"}]}""");
            }
        }
    }

    public Task DisturbAsync(int seed, CancellationToken until) => Task.WhenAll(Enumerable.Range(1, Lanes).Select(lane => _faults.DisturbAsync(new Random(seed + lane), until)));

    /// <summary>Until every agent is there and has everything.</summary>
    public static async Task SettleAsync(SignedCaller caller)
    {
        IReadOnlyList<string> behind = ["no server answers"];
        await Waiting.UntilAsync(
            async () => await caller.CallAsync("Portlight_20261122.ListHosts", "{}") is { Status: 200, Body: var body } && (behind = HostList.Behind(body)).Count == 0,
            () => $"agents that are behind: {string.Join('\n', behind)}",
            everyMilliseconds: 500);
    }

    /// <summary>What packets find that is otherwise than each instance's only open range.</summary>
    public IReadOnlyList<string> Differences(IReadOnlyDictionary<string, (int First, int Last)> open)
    {
        var differences = new List<string>();
        foreach (var machine in _machines)
        {
            using var capture = PacketCapture.Arriving(machine.Guests);
            var probe = new PacketProbe(_sender, capture, PacketTo(machine.AlwaysOpen, 1));
            var expected = Enumerable.Range(1, Guests).SelectMany(guest => Around(open[NameOf(machine, guest)]).Select(one => (Instance: NameOf(machine, guest), Packet: PacketTo(machine.GuestAddress(guest), one.Port), one.Passes))).ToList();
            Packets += expected.Count;
            differences.AddRange(probe.Verdicts([.. expected.Select(one => one.Packet)]).Zip(expected).Where(one => one.First != one.Second.Passes)
                .Select(one => $"{one.Second.Instance}, open {open[one.Second.Instance]}: {one.Second.Packet} {(one.First ? "passes" : "does not pass")}"));
        }

        return differences;
    }

    public void Dispose()
    {
        _machines.ForEach(machine => machine.Dispose());
        _sender.Dispose();
        _network.Host.Run("nft", "delete table inet storm");
        _network.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static IEnumerable<(int Port, bool Passes)> Around((int First, int Last) open) =>
        new[] { (open.First - 1, false), (open.First, true), (open.Last, true), (open.Last + 1, false) }.Where(one => one.Item1 > 0);

    private static Packet PacketTo(System.Net.IPAddress address, int port) => new() { Source = TestNetwork.Address(Client), Destination = address, Protocol = Packet.Udp, Port = (ushort)port };

    private static string NameOf(StormMachine machine, int guest) => $"{machine.Name}-g{guest}";

    private static async Task<string> AnswerAsync(SignedCaller caller, string operation, string body)
    {
        SignedCaller.Answered? answered = null;
        await Waiting.UntilAsync(async () => (answered = await caller.CallAsync("Portlight_20261122." + operation, body))?.Status == 200, () => $"{operation}: {answered?.Body}");
        return answered!.Body;
    }
}
