using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Postgres;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>
/// Two servers on one PostgreSQL, two machines with agents and kernels of their own, and packets: what is changed at a server is in force on a machine whose agent is connected to the other,
/// and a server that is killed is missed by nobody.
/// </summary>
public sealed class SeveralServersTests : IAsyncLifetime
{
    private const int First = 21864;
    private const int Second = 21865;

    private readonly TestNetwork _network = new();
    private readonly Served _served = new();
    private readonly List<Process> _agents = [];
    private readonly List<ServeProcess> _servers = [];
    private readonly Dictionary<string, (NetworkNode Node, IPAddress Address, Dictionary<int, Socket> Ports)> _machines = [];
    private readonly Socket _sender;
    private PostgresServer? _postgres;

    public SeveralServersTests()
    {
        foreach (var (machine, address) in new[] { ("fra", "198.51.100.21"), ("ams", "198.51.100.22") })
        {
            var (node, own) = (_network.AddMachine(machine, $"{machine}0", address), TestNetwork.Address(address));
            _machines[machine] = (node, own, new[] { First, Second }.ToDictionary(port => port, port => node.Udp(new IPEndPoint(own, port))));
        }

        _sender = _network.Host.Udp(new IPEndPoint(IPAddress.Any, 0));
    }

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(UserNamespace.IsEntered, "PostgreSQL refuses root, and these tests have no other user here");
        _postgres = await PostgresServer.StartAsync("fsync = off");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            agent.Kill();
            await agent.WaitForExitAsync();
            agent.Dispose();
        }

        _servers.ForEach(server => server.Dispose());
        _served.Dispose();
        _sender.Dispose();
        foreach (var socket in _machines.Values.SelectMany(machine => machine.Ports.Values))
        {
            socket.Dispose();
        }

        _network.Dispose();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }

    [Fact]
    public async Task Machines_are_filtered_by_what_any_server_says_and_their_agents_go_to_another_when_theirs_is_killed()
    {
        var a = await StartAsync("a");
        foreach (var machine in _machines.Keys)
        {
            var token = _served.Run("a", "host", "token", machine).Trim().Split(' ')[^1];
            Run(machine, "agent", "join", token, "--data", _served.Data(machine));
            StartAgent(machine);
        }

        Until.True(() => AreConnected("a"), "the agents' connections");

        // The second server comes later: all agents are connected to the first one, and hear of it.
        Directory.CreateDirectory(_served.Data("b"));
        foreach (var file in (string[])["secret.key", "installation", "credentials"])
        {
            File.Copy(Path.Combine(_served.Data("a"), file), Path.Combine(_served.Data("b"), file));
        }

        var b = await StartAsync("b");
        foreach (var machine in _machines.Keys)
        {
            _served.Run("b", "attach", $"{machine}-web", "--host", machine, "--this-host", "--open", $"udp:{First}", "--yes");
        }

        Until.True(() => _machines.Keys.All(machine => Opens(machine, First, closed: Second)), "what was attached at the other server");
        Change("b", "fra", Second);
        Until.True(() => IsAllApplied("a") && IsAllApplied("b"), "both servers' word that all is applied");
        // At whichever each is: where the machine itself was attached it has connected anew, and each server may hear of that a little later.
        Until.True(() => _machines.Keys.All(machine => IsToldAt("a", "b", machine) != IsToldAt("b", "a", machine)), "one server's word for each machine that it is at the other");
        Until.True(() => _machines.Keys.All(machine => File.ReadAllText(Path.Combine(_served.Data(machine), "agent.json")).Contains(AgentsOf("b"), StringComparison.Ordinal)), "the second server on the machines' disks");

        // The server that has the agents is killed; nothing opens, and the other one has them.
        End(a);
        Assert.True(Opens("fra", Second, closed: First, Deadline.Span) && Opens("ams", First, closed: Second, Deadline.Span));
        Change("b", "fra", First);
        Change("b", "ams", Second);
        Until.True(() => IsAllApplied("b"), "the word of the server that is left");

        // It is back, and is as good as the other though no agent is connected to it.
        a = await StartAsync("a");
        Change("a", "fra", Second);
        Until.True(() => IsAllApplied("a"), "the word of the server that is back");

        End(b);
        Change("a", "fra", First);
        Change("a", "ams", First);
        Until.True(() => IsAllApplied("a") && AreConnected("a"), "the agents at the server that is back");
    }

    private async Task<ServeProcess> StartAsync(string name)
    {
        var command = ServeProcess.CommandOn(_served.Data(name));
        foreach (var word in (string[])["--listen", $"http://127.0.0.1:{(name == "a" ? 21860 : 21862)}", "--agents", AgentsOf(name)])
        {
            command.ArgumentList.Add(word);
        }

        command.Environment["PORTLIGHT_DATABASE"] = _postgres!.ConnectionText();
        var server = await ServeProcess.StartAsync(command, _served.Data(name));
        _servers.Add(server);
        return server;
    }

    private void End(ServeProcess server)
    {
        _servers.Remove(server);
        server.End(ServeProcess.KillSignal);
        server.Dispose();
    }

    private static string AgentsOf(string name) => $"https://10.255.1.1:{(name == "a" ? 21861 : 21863)}";

    /// <summary>Opens one of the two ports at a server, by the verb that an operator types, and sees that packets go by it.</summary>
    private void Change(string server, string machine, int open)
    {
        _served.Run(server, "ports", $"{machine}-web", $"{open}/udp", "--yes");
        Until.True(() => Opens(machine, open, closed: First + Second - open), $"the change of {machine} to {open} at {server}");
    }

    /// <summary>Whether a server says of a machine that its agent is connected to the other one.</summary>
    private bool IsToldAt(string server, string other, string machine) =>
        _served.Run(server, "host", "show", machine).Contains($"connected to another server: {AgentsOf(other)}\n", StringComparison.Ordinal);

    private bool AreConnected(string server) => !_machines.Keys.Any(machine => _served.Run(server, "host", "show", machine).Contains("away", StringComparison.Ordinal));

    /// <summary>Every instance as it is wanted, and every agent connected, as a server says.</summary>
    private bool IsAllApplied(string server) => PortlightProgram.Run("status", "--data", _served.Data(server)).Code == 0;

    private void StartAgent(string machine)
    {
        var process = Process.Start(PortlightProgram.CommandBehind(["ip", "netns", "exec", machine], "agent", "--data", _served.Data(machine)))!;
        _agents.Add(process);
        var error = process.StandardError.ReadToEndAsync();
        var ready = process.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Span).GetAwaiter().GetResult();
        Assert.True(ready?.StartsWith("portlight-agent ready", StringComparison.Ordinal) == true, $"the agent did not start: {(ready is null ? error.GetAwaiter().GetResult() : ready)}");
    }

    private static void Run(string machine, params string[] words)
    {
        var (code, output, error) = PortlightProgram.Run(PortlightProgram.CommandBehind(["ip", "netns", "exec", machine], words));
        Assert.True(code == 0, $"`portlight {words[0]} {words[1]}` ended with {code}: {output}{error}");
    }

    /// <summary>Whether packets to the one port pass, and those to the other, which are sent first, do not.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="open">The one.</param>
    /// <param name="closed">The other.</param>
    /// <param name="patience">How late a packet may be; null: it is looked at again soon.</param>
    private bool Opens(string machine, int open, int closed, TimeSpan? patience = null)
    {
        var (_, address, ports) = _machines[machine];
        foreach (var socket in ports.Values)
        {
            while (socket.Available > 0)
            {
                socket.Receive(new byte[16]);
            }
        }

        _sender.SendTo([1], new IPEndPoint(address, closed));
        _sender.SendTo([2], new IPEndPoint(address, open));
        return ports[open].Poll(patience ?? TimeSpan.FromMilliseconds(200), SelectMode.SelectRead) && ports[closed].Available == 0;
    }
}
