using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>A server and two machines with agents of their own and kernels of their own, by the commands that an operator types; and packets.</summary>
public sealed class FleetTests : IDisposable
{
    private const string Listen = "http://127.0.0.1:21830";
    private const string Agents = "https://10.255.1.1:21831";
    private const int First = 21832;
    private const int Second = 21833;

    private readonly TestNetwork _network = new();
    private readonly Served _served = new();
    private readonly List<ReadyProcess> _agents = [];
    private readonly Dictionary<string, (NetworkNode Node, IPAddress Address, Dictionary<int, Socket> Ports)> _machines = [];
    private readonly Socket _sender;

    public FleetTests()
    {
        Add("fra", "198.51.100.21");
        Add("ams", "198.51.100.22");
        _sender = _network.Host.Udp(new IPEndPoint(IPAddress.Any, 0));
    }

    public void Dispose()
    {
        foreach (var agent in _agents)
        {
            agent.Dispose();
        }

        _served.Dispose();
        _sender.Dispose();
        foreach (var socket in _machines.Values.SelectMany(machine => machine.Ports.Values))
        {
            socket.Dispose();
        }

        _network.Dispose();
    }

    [Fact]
    public void Machines_that_have_joined_are_filtered_by_what_the_server_says_with_it_and_without_it()
    {
        var server = Start();
        foreach (var machine in _machines.Keys)
        {
            var line = _served.Run("server", "host", "token", machine).Trim();
            Assert.StartsWith("portlight agent join plj1.", line, StringComparison.Ordinal);
            Assert.Contains($"joined as {machine}", Run(machine, ["agent", "join", line.Split(' ')[^1], "--data", _served.Data(machine)]), StringComparison.Ordinal);
            Assert.Contains("0 instances", StartAgent(machine).Ready, StringComparison.Ordinal);
        }

        Until.True(() => !_served.Run("server", "host", "show", "fra").Contains("away", StringComparison.Ordinal), "the agents' connections");
        _served.Run("server", "attach", "fra-web", "--host", "fra", "--this-host", "--open", $"udp:{First}", "--yes");
        Until.True(() => Passes("fra", First, closed: Second), "the attachment on fra");
        Assert.True(Opens("ams", Second) && Opens("ams", First), "a machine that is not attached is not filtered");

        _served.Run("server", "ports", "fra-web", $"{Second}/udp", "--yes");
        Until.True(() => Passes("fra", Second, closed: First), "the change on fra");

        // Without the server what is in force stays, and so it does without the agent.
        _served.End(server, ServeProcess.KillSignal);
        Assert.True(Opens("fra", Second, closed: First));
        _agents[0].Dispose();
        _agents.RemoveAt(0);
        Assert.True(Opens("fra", Second, closed: First));

        // A boot: the kernel knows nothing any more, and there is no server.
        _machines["fra"].Node.Run("nft", "delete table inet portlight");
        Assert.True(Opens("fra", First) && Opens("fra", Second));
        Assert.Contains("1 instance of fra", StartAgent("fra").Ready, StringComparison.Ordinal);
        Assert.True(Opens("fra", Second, closed: First));

        Start();
        Until.True(() => _served.Run("server", "host", "show", "fra") is var shown && !shown.Contains("away", StringComparison.Ordinal), "the agent's way back");
        _served.Run("server", "ports", "fra-web", $"{First}/udp", "--yes");
        Until.True(() => Passes("fra", First, closed: Second), "a change after all of that");

        // A change after which no answer of the machine arrives any more, wherever that is lost: it takes effect, and is gone again in a while.
        _network.Host.Nft("table inet lost { chain in { type filter hook prerouting priority -400; iifname fra0 ip daddr 10.255.1.1 tcp dport 21831 drop; }; }");
        _served.Run("server", "open", "fra-web", $"{Second}/udp");
        Until.True(() => Passes("fra", Second), "the change that cuts the machine off");
        Until.True(() => Passes("fra", First, closed: Second), "its reversal by the agent");
        _network.Host.Nft("delete table inet lost");
        Until.True(() => !_served.Run("server", "ports", "fra-web").Contains($"{Second}/udp", StringComparison.Ordinal), "word of the reversal");
        Assert.True(Opens("fra", First, closed: Second));

        // The authority that they all know is replaced, and none of them notices.
        _served.Run("server", "host", "rotate-authority", "--begin");
        Until.True(() => PortlightProgram.Run("host", "rotate-authority", "--data", _served.Data("server")).Code == 0, "certificates of the new authority for all");
        Assert.Contains("one authority", _served.Run("server", "host", "rotate-authority", "--finish"), StringComparison.Ordinal);
        Until.True(() => _machines.Keys.All(machine => !_served.Run("server", "host", "show", machine).Contains("away", StringComparison.Ordinal)), "the agents' way back");
        _served.Run("server", "ports", "fra-web", $"{Second}/udp", "--yes");
        Until.True(() => Passes("fra", Second, closed: First), "a change under the new authority");
    }

    private ServeProcess Start() => _served.Start("server", "--listen", Listen, "--agents", Agents);

    private void Add(string machine, string address)
    {
        var (node, own) = (_network.AddMachine(machine, $"{machine}0", address), TestNetwork.Address(address));
        _machines[machine] = (node, own, new[] { First, Second }.ToDictionary(port => port, port => node.Udp(new IPEndPoint(own, port))));
    }

    private ReadyProcess StartAgent(string machine)
    {
        var command = PortlightProgram.CommandBehind(["ip", "netns", "exec", machine], "agent", "--data", _served.Data(machine));
        var agent = ReadyProcess.StartAsync(command, "portlight-agent ready").GetAwaiter().GetResult();
        _agents.Add(agent);
        return agent;
    }

    private static string Run(string machine, string[] words)
    {
        var (code, output, error) = PortlightProgram.Run(PortlightProgram.CommandBehind(["ip", "netns", "exec", machine], words));
        Assert.True(code == 0, $"`portlight {words[0]} {words[1]}` ended with {code}: {output}{error}");
        return output;
    }

    /// <summary>Whether packets to the one port pass, and those to the other, which are sent first, do not.</summary>
    private bool Opens(string machine, int open, int? closed = null) => Passes(machine, open, closed, Deadline.Span);

    /// <summary>The same, where it may be so only later.</summary>
    private bool Passes(string machine, int open, int? closed = null, TimeSpan? patience = null)
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
}
