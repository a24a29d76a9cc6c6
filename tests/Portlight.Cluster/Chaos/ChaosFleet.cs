using System.Text.Json;
using Portlight.TestKit.Network;
using Portlight.TestKit.Storm;

namespace Portlight.Cluster.Chaos;

/// <summary>Machines with kernels and agents of their own, and guests on each, which are the instances that are written to; and what packets find there.</summary>
internal sealed class ChaosFleet : IDisposable
{
    private const string Client = "198.51.100.10";
    private const int Lanes = 3;

    private readonly int _count;
    private readonly int _guests;
    private readonly string? _program;
    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-agents-").FullName;
    private readonly TestNetwork _network = new();
    private readonly List<StormMachine> _machines = [];
    private readonly PacketSender _sender;
    private readonly MachineFaults _faults;

    /// <param name="machines">How many machines.</param>
    /// <param name="guests">How many guests on each.</param>
    /// <param name="program">The command whose agent they run; null for the one that was built with the tests.</param>
    public ChaosFleet(int machines, int guests, string? program = null)
    {
        (_count, _guests, _program) = (machines, guests, program);
        _sender = new PacketSender(_network.AddMachine("client", "client0", Client));
        MachineFaults.Furnish(_network.Host);
        _faults = new MachineFaults(_machines, _network.Host);
    }

    public IReadOnlyList<string> Instances => [.. _machines.SelectMany(machine => Enumerable.Range(1, _guests).Select(guest => NameOf(machine, guest)))];

    /// <summary>How many packets were sent that are known to pass or not.</summary>
    public int Packets { get; private set; }

    /// <summary>How often each fault of agents was made.</summary>
    public IEnumerable<KeyValuePair<string, int>> Faults => _faults.Counts;

    /// <summary>All machines join, and their guests are attached.</summary>
    public async Task FurnishAsync(SignedCaller caller)
    {
        for (var number = 1; number <= _count; number++)
        {
            var machine = new StormMachine(_network, number, _guests, Path.Combine(_directory, $"h{number}"), "192.0.2.0/24") { Program = _program };
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
            for (var guest = 1; guest <= _guests; guest++)
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

    /// <summary>Starts the agents again, one after the other, as another build of the command.</summary>
    /// <param name="program">The command; null for the one that was built with the tests.</param>
    public async Task ReplaceAgentsAsync(string? program)
    {
        foreach (var machine in _machines)
        {
            machine.Kill();
            machine.Program = program;
            await machine.StartAsync();
        }
    }

    /// <summary>What packets find that is otherwise than each instance's only open range.</summary>
    public IReadOnlyList<string> Differences(IReadOnlyDictionary<string, OpenRange> open)
    {
        var differences = new List<string>();
        foreach (var machine in _machines)
        {
            using var capture = PacketCapture.Arriving(machine.Guests);
            var probe = new PacketProbe(_sender, capture, PacketTo(machine.AlwaysOpen, 1));
            var looks = Enumerable.Range(1, _guests).Select(guest => (Guest: guest, Instance: NameOf(machine, guest), Range: open[NameOf(machine, guest)])).ToList();
            var verdicts = probe.Verdicts([.. looks.SelectMany(one => one.Range.Looks.Select(look => PacketTo(machine.GuestAddress(one.Guest), look.Port)))]);
            Packets += verdicts.Count;
            var at = 0;
            foreach (var (_, instance, range) in looks)
            {
                var count = range.Looks.Count;
                differences.AddRange(range.Differences([.. verdicts.Skip(at).Take(count)]).Select(difference => $"{instance}, {difference}"));
                at += count;
            }
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

    private static Packet PacketTo(System.Net.IPAddress address, int port) => new() { Source = TestNetwork.Address(Client), Destination = address, Protocol = Packet.Udp, Port = (ushort)port };

    private static string NameOf(StormMachine machine, int guest) => $"{machine.Name}-g{guest}";

    private static async Task<string> AnswerAsync(SignedCaller caller, string operation, string body)
    {
        SignedCaller.Answered? answered = null;
        await Waiting.UntilAsync(async () => (answered = await caller.CallAsync("Portlight_20261122." + operation, body))?.Status == 200, () => $"{operation}: {answered?.Body}");
        return answered!.Body;
    }
}
