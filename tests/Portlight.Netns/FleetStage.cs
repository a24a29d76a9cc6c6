using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>A server and machines with agents and kernels of their own, by the commands that an operator types; and packets to two ports of each machine.</summary>
internal sealed class FleetStage : IDisposable
{
    private readonly int _server;
    private readonly Dictionary<string, ReadyProcess> _agents = [];
    private readonly Dictionary<string, (NetworkNode Node, IPAddress Address, Dictionary<int, Socket> Ports)> _machines = [];
    private readonly Socket _sender;

    /// <param name="port">The first of four ports: where the server listens, where it takes agents, and the two of the machines.</param>
    /// <param name="machines">Their names.</param>
    internal FleetStage(int port, params string[] machines)
    {
        _server = port;
        foreach (var machine in machines)
        {
            var address = $"198.51.100.{21 + _machines.Count}";
            var (node, own) = (Network.AddMachine(machine, $"{machine}0", address), TestNetwork.Address(address));
            _machines[machine] = (node, own, new[] { First, Second }.ToDictionary(port => port, port => node.Udp(new IPEndPoint(own, port))));
        }

        _sender = Network.Host.Udp(new IPEndPoint(IPAddress.Any, 0));
    }

    internal TestNetwork Network { get; } = new();

    internal Served Served { get; } = new();

    internal int First => _server + 2;

    internal int Second => _server + 3;

    /// <summary>Where machines reach the server.</summary>
    internal int Door => _server + 1;

    internal IEnumerable<string> Machines => _machines.Keys;

    internal NetworkNode Node(string machine) => _machines[machine].Node;

    /// <summary>The server, on the data directory `server`.</summary>
    internal ServeProcess Start(params string[] options) => Served.Start("server", ["--listen", $"http://127.0.0.1:{_server}", "--agents", $"https://10.255.1.1:{Door}", .. options]);

    /// <summary>A verb on the server; it must succeed.</summary>
    internal string Run(params string[] words) => Served.Run("server", words);

    /// <summary>A machine joins as a host of its name, by the line that the server gives out.</summary>
    internal void Join(string machine)
    {
        var line = Run("host", "token", machine).Trim();
        Assert.StartsWith("portlight agent join plj1.", line, StringComparison.Ordinal);
        Assert.Contains($"joined as {machine}", RunOn(machine, "agent", "join", line.Split(' ')[^1], "--data", Served.Data(machine)), StringComparison.Ordinal);
    }

    /// <summary>A verb on a machine; it must succeed.</summary>
    internal static string RunOn(string machine, params string[] words)
    {
        var (code, output, error) = TryOn(machine, words);
        Assert.True(code == 0, $"`portlight {words[0]} {words[1]}` ended with {code}: {output}{error}");
        return output;
    }

    /// <summary>A verb on a machine, and what came of it.</summary>
    internal static (int Code, string Output, string Error) TryOn(string machine, params string[] words) =>
        PortlightProgram.Run(PortlightProgram.CommandBehind(["ip", "netns", "exec", machine], words));

    /// <summary>Starts the agent of a machine; returns when it says that it is ready.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="disk">Its data directory; null: the one that it has joined with.</param>
    internal ReadyProcess StartAgent(string machine, string? disk = null)
    {
        var command = PortlightProgram.CommandBehind(["ip", "netns", "exec", machine], "agent", "--data", Served.Data(disk ?? machine));
        var agent = ReadyProcess.StartAsync(command, "portlight-agent ready").GetAwaiter().GetResult();
        _agents[machine] = agent;
        return agent;
    }

    /// <summary>Ends the agent of a machine; what is in its kernel stays.</summary>
    internal void EndAgent(string machine)
    {
        _agents.Remove(machine, out var agent);
        agent?.Dispose();
    }

    /// <summary>
    /// Whether a machine has a UDP port on its disk. Packets pass before that: a change of the machine's own ports is kept once the server has said so, and reverted where it is killed before.
    /// </summary>
    internal static bool Keeps(string machine, string disk, int port) => RunOn(machine, "agent", "show", "--data", disk).Contains($": {port}/udp\n", StringComparison.Ordinal);

    internal bool Keeps(string machine, int port) => Keeps(machine, Served.Data(machine), port);

    internal bool IsAway(string machine) => Run("host", "show", machine).Contains("away", StringComparison.Ordinal);

    /// <summary>Whether packets to the one port pass, and those to the other, which are sent first, do not.</summary>
    internal bool Opens(string machine, int open, int? closed = null) => Passes(machine, open, closed, Deadline.Span);

    /// <summary>The same, where it may be so only later.</summary>
    internal bool Passes(string machine, int open, int? closed = null, TimeSpan? patience = null)
    {
        var (_, address, ports) = _machines[machine];
        foreach (var socket in ports.Values)
        {
            while (socket.Available > 0)
            {
                socket.Receive(new byte[16]);
            }
        }

        if (closed is { } other)
        {
            _sender.SendTo([1], new IPEndPoint(address, other));
        }

        _sender.SendTo([2], new IPEndPoint(address, open));
        return ports[open].Poll(patience ?? TimeSpan.FromMilliseconds(200), SelectMode.SelectRead) && (closed is null || ports[closed.Value].Available == 0);
    }

    public void Dispose()
    {
        foreach (var agent in _agents.Values)
        {
            agent.Dispose();
        }

        Served.Dispose();
        _sender.Dispose();
        foreach (var socket in _machines.Values.SelectMany(machine => machine.Ports.Values))
        {
            socket.Dispose();
        }

        Network.Dispose();
    }
}
