using System.Diagnostics;
using System.Globalization;
using System.Net;
using Portlight.Netns.Storm;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;
using Portlight.TestKit.Storm;

namespace Portlight.Netns.FleetStorm;

/// <summary>
/// A server and agents with kernels of their own, of which everything is killed, stopped, slowed, cut and renamed at random while ports change. At every quiet moment each
/// kernel holds what was acknowledged; and packets to ports that are open or closed throughout see nothing of any of it. PORTLIGHT_STORM=1: twenty agents and two
/// minutes; PORTLIGHT_STORM_SEED is what the chances are drawn from.
/// </summary>
[Trait("machine", "alone")]
public sealed class FleetStormTests : IDisposable
{
    private const string Client = "198.51.100.10";
    private const int Writers = 4;

    private static readonly bool Storm = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1";
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PORTLIGHT_STORM_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20261126;

    // An agent waits up to 30 s between its attempts, and finds out within another 30 that a wire is silent.
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(120);

    private readonly (int Machines, int Guests, int Rounds, TimeSpan Round) _size = Storm ? (20, 9, 6, TimeSpan.FromSeconds(20)) : (2, 7, 1, TimeSpan.FromSeconds(4));
    private readonly Served _served = new();
    private readonly TestNetwork _network = new();
    private readonly NetworkNode _client;
    private readonly PacketSender _sender;
    private readonly StormServer _server;
    private readonly List<StormMachine> _machines = [];
    private readonly List<StormSubject> _subjects = [];
    private int _writes;
    private int _refusals;
    private int _reverts;

    public FleetStormTests()
    {
        _client = _network.AddMachine("client", "client0", Client);
        _sender = new PacketSender(_client);
        _server = new StormServer(_served);
        Command.Ip($"addr add {StormMachine.ServerAddress}/32 dev lo");
        MachineFaults.Furnish(_network.Host);
    }

    public void Dispose()
    {
        foreach (var machine in _machines)
        {
            machine.Dispose();
        }

        _served.Dispose();
        _sender.Dispose();
        _network.Host.Run("nft", "delete table inet storm");
        Command.Ip($"addr del {StormMachine.ServerAddress}/32 dev lo");
        _network.Dispose();
    }

    [Fact]
    public async Task Every_kernel_holds_what_was_acknowledged_and_no_packet_is_wrong_whatever_becomes_of_agents_server_and_wires()
    {
        Say($"seed {Seed}, {_size.Machines} agents, {_size.Machines * (_size.Guests + 1)} instances");
        await FurnishAsync();
        var look = new StormLook(_client, _sender, TestNetwork.Address(Client));
        var faults = new MachineFaults(_machines, _network.Host);
        var serverFaults = new StormFaults(_server, serverWithin: _size.Round / 2, faults.Counts);
        var probes = _machines.SelectMany(Probe).ToList();
        try
        {
            var random = new Random(Seed);
            for (var round = 1; round <= _size.Rounds; round++)
            {
                using var until = new CancellationTokenSource(_size.Round);
                var began = Stopwatch.GetTimestamp();
                int[] seeds = [.. Enumerable.Range(0, Writers + 1 + ((_machines.Count + 7) / 4)).Select(_ => random.Next())];
                await Task.WhenAll([
                    .. Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer, new Random(seeds[writer]), until.Token))),
                    serverFaults.DisturbAsync(new Random(seeds[Writers]), until.Token),
                    .. seeds[(Writers + 1)..].Select(own => faults.DisturbAsync(new Random(own), until.Token))]);
                var stormed = Stopwatch.GetElapsedTime(began);
                await SettleAsync();
                var differences = _machines.SelectMany(machine => look.Differences(machine, [.. _subjects.Where(subject => subject.Machine == machine)])).ToList();
                Say($"round {round}: {stormed.TotalSeconds:0} s, quiet after {Stopwatch.GetElapsedTime(began).TotalSeconds:0}; {_writes} acknowledged, {_refusals} refused, {_reverts} reverted by an agent, {look.Packets} packets looked at");
                Assert.True(differences.Count == 0, $"seed {Seed}, round {round}: {string.Join('\n', differences)}");
            }
        }
        finally
        {
            Say(string.Join(", ", faults.Counts.OrderBy(fault => fault.Key, StringComparer.Ordinal).Select(fault => $"{fault.Value} {fault.Key}")));
            var results = probes.Select(probe => (probe.Name, Result: probe.Probes.Stop())).ToList();
            probes.ForEach(probe => probe.Probes.Dispose());
            Say($"{results.Sum(one => one.Result.Sent)} packets to ports that are open throughout and as many to closed ones: {results.Sum(one => one.Result.Lost.Count)} lost, {results.Sum(one => one.Result.Leaked)} leaked");
            Assert.All(results, one => Assert.True(one.Result is { Lost.Count: 0, Leaked: 0 }, $"seed {Seed}: {one.Name}: of {one.Result.Sent} packets to each port {one.Result.Lost.Count} lost ({string.Join(' ', one.Result.Lost.Take(10))}), {one.Result.Leaked} leaked"));
        }

        Assert.True(_writes > 0, "no write was acknowledged"); // how many depends on how busy the machine is
    }

    private async Task FurnishAsync()
    {
        _server.Start();
        for (var number = 1; number <= _size.Machines; number++)
        {
            var machine = new StormMachine(_network, number, _size.Guests, _served.Data($"h{number}"));
            _machines.Add(machine);
            machine.Join(await _server.TokenAsync(machine.Name));
            // The last two guests of each come and go.
            _subjects.AddRange(Enumerable.Range(0, _size.Guests + 1).Select(guest => new StormSubject(machine, guest, comesAndGoes: guest >= _size.Guests - 1)));
        }

        foreach (var some in _machines.Chunk(4))
        {
            await Task.WhenAll(some.Select(machine => machine.StartAsync()));
        }

        await AwaitAsync(async () => await _server.BehindAsync() is { Count: 0 }, () => "connections of all agents");
        foreach (var subject in _subjects)
        {
            var (operation, body, next) = subject.First();
            subject.Ask(next);
            (int Status, string Body)? answer = null;
            // An agent whose own machine was attached just now connects anew.
            await AwaitAsync(async () => (answer = await _server.CallAsync(operation, body)) is { Status: 200 }, () => $"{subject.Name} was not attached: {answer?.Body}");
            subject.Acknowledge(StormServer.OperationOf(answer!.Value.Body));
        }

        await SettleAsync();
    }

    /// <summary>A steady guest of each machine, and the machine itself.</summary>
    private IEnumerable<(string Name, Probes Probes)> Probe(StormMachine machine)
    {
        const int PerSecond = 50;
        foreach (var (node, address) in new[] { (machine.Guests, machine.GuestAddress(1)), (machine.Node, machine.Address) })
        {
            yield return ($"{machine.Name}, {address}", new Probes(
                _client.Udp(new IPEndPoint(TestNetwork.Address(Client), 0)),
                node.Udp(new IPEndPoint(address, StormSubject.AlwaysOpen)),
                node.Udp(new IPEndPoint(address, StormSubject.AlwaysClosed)),
                PerSecond));
        }
    }

    /// <summary>Changes of the instances that are this writer's own.</summary>
    private async Task WriteAsync(int writer, Random random, CancellationToken until)
    {
        var own = _subjects.Where((_, at) => at % Writers == writer).ToList();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!until.IsCancellationRequested)
        {
            await pace.WaitForNextTickAsync(CancellationToken.None);
            var subject = own[random.Next(own.Count)];
            if (subject.UnderWay is not null)
            {
                if (await _server.AnsweredAsync(subject) is { } found)
                {
                    subject.Find(found, mayBeReverted: true);
                }

                continue;
            }

            var (operation, body, next) = subject.Next(random);
            subject.Ask(next);
            switch (await _server.CallAsync(operation, body))
            {
                case { Status: 200, Body: var answer }:
                    subject.Acknowledge(StormServer.OperationOf(answer));
                    Interlocked.Increment(ref _writes);
                    break;
                case { Body: var answer }:
                    // An interface can be looked at only by an agent that is there.
                    Assert.True(operation.EndsWith("AttachInstance", StringComparison.Ordinal), answer);
                    subject.Refuse();
                    Interlocked.Increment(ref _refusals);
                    break;
                default:
                    break; // nobody knows: it is asked for when its turn comes
            }
        }
    }

    /// <summary>Until every agent is there and has everything, and it is known how every change has ended.</summary>
    private async Task SettleAsync()
    {
        IReadOnlyList<string>? behind = null;
        await AwaitAsync(async () => (behind = await _server.BehindAsync()) is { Count: 0 }, () => $"agents that are behind: {string.Join('\n', behind ?? ["the server does not answer"])}");
        foreach (var subject in _subjects)
        {
            (bool HasSucceeded, string Reason)? ended = (true, "");
            await AwaitAsync(async () => subject.Operation is null || (ended = await _server.EndedAsync(subject.Operation)) is not null, () => $"an operation of {subject.Name} that has not ended");
            Assert.True(ended!.Value.HasSucceeded || (subject.IsMachine && ended.Value.Reason.Contains("no server could be reached", StringComparison.Ordinal)), $"{subject.Name}: {ended.Value.Reason}");
            _reverts += ended.Value.HasSucceeded ? 0 : 1;
            var found = await _server.AnsweredAsync(subject);
            Assert.True(found is not null, "the server does not answer");
            subject.Find(found!.Value, mayBeReverted: !ended.Value.HasSucceeded);
            subject.Settle();
        }
    }

    private static async Task AwaitAsync(Func<Task<bool>> condition, Func<string> what)
    {
        var waited = Stopwatch.GetTimestamp();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(waited) < SettlePatience, what());
            await pace.WaitForNextTickAsync();
        }
    }

    private static void Say(FormattableString text) => Say(FormattableString.Invariant(text));

    private static void Say(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        if (Storm)
        {
            Console.WriteLine(text);
        }
    }
}
