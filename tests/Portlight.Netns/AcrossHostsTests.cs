using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>
/// What means the same wherever an instance is: a static IP, which instances of two hosts have in turn, and a network that is named private. Two agents with kernels of their own, one
/// server, and packets. That the network leads to the host of an instance is the operator's part, which the test plays.
/// </summary>
public sealed class AcrossHostsTests : IDisposable
{
    private const string Listen = "http://127.0.0.1:21850";
    private const string Agents = "https://10.255.1.1:21851";
    private const int Open = 21852;
    private const int Closed = 21853;

    private readonly TestNetwork _network = new();
    private readonly Served _served = new();
    private readonly List<ReadyProcess> _agents = [];
    private readonly NetworkNode[] _machines;
    private readonly Socket _client;

    public AcrossHostsTests()
    {
        _machines = [_network.AddMachine("fra", "fra0", "198.51.100.21"), _network.AddMachine("ams", "ams0", "198.51.100.22")];
        foreach (var machine in _machines)
        {
            machine.Do(() => File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1"));
        }

        _client = _network.Host.Udp(new IPEndPoint(IPAddress.Any, 0));
    }

    public void Dispose()
    {
        foreach (var agent in _agents)
        {
            agent.Dispose();
        }

        foreach (var machine in _machines)
        {
            // Its lab instances have files in the folder of all namespaces.
            PortlightProgram.Run(PortlightProgram.CommandBehind(["ip", "netns", "exec", machine.Name], "teardown", "--yes", "--take-over", "--data", _served.Data("nowhere")));
        }

        _served.Dispose();
        _client.Dispose();
        _network.Dispose();
    }

    [Fact]
    public async Task A_static_IP_goes_from_an_instance_on_one_host_to_one_on_another_and_leaves_its_connections_behind()
    {
        var server = await StartAsync();
        await CreateAsync(server, "one", "fra");
        await CreateAsync(server, "two", "ams");
        await CallAsync(server, "AllocateStaticIp", """{"staticIpName":"shop"}""");
        var address = TestNetwork.Address((await CallAsync(server, "GetStaticIp", """{"staticIpName":"shop"}""")).GetProperty("staticIp").GetProperty("ipAddress").GetString()!);
        await PutAsync(server, "one", Open);
        await PutAsync(server, "two", Closed);

        await MoveAsync(server, "one", from: null, address, _machines[0]);
        using var one = Inside("one", 0, address);
        Assert.Equal((true, false), one.Gets(_client));

        // The instance speaks first: these replies are let in, and are nobody else's.
        var begun = one.Begin(_network.Host, TestNetwork.Address("10.255.2.1"));
        await MoveAsync(server, "two", from: "one", address, _machines[1]);
        using var two = Inside("two", 1, address);
        Assert.Equal((false, true), two.Gets(_client));
        Assert.False(two.Hears(begun));
        await PutAsync(server, "two", Open);
        Assert.Equal((true, false), two.Gets(_client));
        begun.Dispose();
    }

    [Fact]
    public async Task A_network_that_is_named_private_reaches_instances_of_every_host_and_nobody_else_does()
    {
        var server = await StartAsync();
        foreach (var machine in _machines)
        {
            var (name, guest) = ($"vm-{machine.Name}", $"g-{machine.Name}");
            machine.Run("ip", "-batch -", $"netns add {guest}\nlink add vm0 type veth peer name eth0 netns {guest}\naddr add 10.253.0.1/24 dev vm0\nlink set vm0 up\n");
            using var node = NetworkNode.Named(guest);
            var own = machine == _machines[0] ? "172.20.1.2" : "172.20.2.2";
            node.Run("ip", "-batch -", $"link set lo up\naddr add 10.253.0.2/24 dev eth0\naddr add {own}/32 dev eth0\nlink set eth0 up\nroute add default via 10.253.0.1 src {own}\n");
            machine.Run("ip", $"route add {own}/32 via 10.253.0.2");
            _network.Host.Run("ip", $"route add {own}/32 via {(machine == _machines[0] ? "10.255.1.2" : "10.255.2.2")}");
            _served.Run("server", "attach", name, "--host", machine.Name, "--interface", "vm0", "--address", own, "--private", "172.20.0.0/16", "--open", $"udp:{Closed}", "--yes");
        }

        using var fra = NetworkNode.Named("g-fra");
        using var ams = NetworkNode.Named("g-ams");
        try
        {
            // From the other host's instance every port; from elsewhere those that are open.
            foreach (var (here, address, there, from) in new[] { (ams, "172.20.2.2", fra, "172.20.1.2"), (fra, "172.20.1.2", ams, "172.20.2.2") })
            {
                using var ports = new TwoPorts(here, TestNetwork.Address(address), Open, Closed);
                using var peer = there.Udp(new IPEndPoint(TestNetwork.Address(from), 0));
                Assert.Equal((true, true), ports.Gets(peer));
                Assert.Equal((false, true), ports.Gets(_client));
            }
        }
        finally
        {
            _network.Host.Run("ip", "-batch -", "netns del g-fra\nnetns del g-ams\n");
        }
    }

    private async Task<ServeProcess> StartAsync()
    {
        var server = _served.Start("server", "--listen", Listen, "--agents", Agents, "--ssh-guard", "off");
        foreach (var machine in _machines)
        {
            var token = _served.Run("server", "host", "token", machine.Name).Trim().Split(' ')[^1];
            var (code, output, error) = PortlightProgram.Run(PortlightProgram.CommandBehind(["ip", "netns", "exec", machine.Name], "agent", "join", token, "--data", _served.Data(machine.Name)));
            Assert.True(code == 0, output + error);
            var command = PortlightProgram.CommandBehind(["ip", "netns", "exec", machine.Name], "agent", "--lab", "--data", _served.Data(machine.Name));
            _agents.Add(await ReadyProcess.StartAsync(command, "portlight-agent ready"));
        }

        await Until.TrueAsync(() => !_machines.Any(machine => _served.Run("server", "host", "show", machine.Name).Contains("away", StringComparison.Ordinal)), "the agents' connections");
        return server;
    }

    private static Task CreateAsync(ServeProcess server, string instance, string host) => DoAsync(server, "CreateInstances", $$"""
        {"instanceNames":["{{instance}}"],"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0","tags":[{"key":"portlight:host","value":"{{host}}"}]}
        """);

    private static Task PutAsync(ServeProcess server, string instance, int port) => DoAsync(server, "PutInstancePublicPorts", $$"""
        {"instanceName":"{{instance}}","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"udp"}]}
        """);

    private async Task MoveAsync(ServeProcess server, string to, string? from, IPAddress address, NetworkNode host)
    {
        if (from is not null)
        {
            await DoAsync(server, "DetachStaticIp", """{"staticIpName":"shop"}""");
        }

        await DoAsync(server, "AttachStaticIp", $$"""{"staticIpName":"shop","instanceName":"{{to}}"}""");
        _network.Host.Run("ip", $"route replace {address}/32 via {(host == _machines[0] ? "10.255.1.2" : "10.255.2.2")}");
    }

    private static async Task<JsonElement> CallAsync(ServeProcess server, string operation, string body)
    {
        var (status, answer) = await server.CallAsync(operation, body);
        Assert.True(status == 200, $"{operation}: {answer}");
        return JsonDocument.Parse(answer).RootElement;
    }

    /// <summary>Calls, and waits until every host that it concerns has confirmed it.</summary>
    private static async Task DoAsync(ServeProcess server, string operation, string body)
    {
        var answer = await CallAsync(server, operation, body);
        JsonElement[] operations = answer.TryGetProperty("operations", out var several) ? [.. several.EnumerateArray()] : [answer.GetProperty("operation")];
        foreach (var begun in operations)
        {
            var found = begun;
            await Until.TrueAsync(
                async () =>
                {
                    var status = found.GetProperty("status").GetString();
                    if (status is "Succeeded" or "Completed")
                    {
                        return true;
                    }

                    Assert.True(status == "Started", found.GetRawText());
                    found = (await CallAsync(server, "GetOperation", $$"""{"operationId":"{{begun.GetProperty("id").GetString()}}"}""")).GetProperty("operation");
                    return false;
                },
                () => $"the end of {found.GetRawText()}");
        }
    }

    private TwoPorts Inside(string instance, int machine, IPAddress address)
    {
        using var node = NetworkNode.MadeBy(_agents[machine].Process.Id, "pl-" + instance);
        return new TwoPorts(node, address, Open, Closed);
    }

    /// <summary>Two ports on which somebody listens.</summary>
    private sealed class TwoPorts : IDisposable
    {
        private readonly Socket[] _sockets;
        private readonly IPAddress _address;

        internal TwoPorts(NetworkNode at, IPAddress address, int first, int second)
        {
            _address = address;
            _sockets = [at.Udp(new IPEndPoint(address, first)), at.Udp(new IPEndPoint(address, second))];
        }

        /// <summary>Which of them packets get to. One that gets through tells when the other has had its time; so it is sent last, and one of the two has to.</summary>
        internal (bool First, bool Second) Gets(Socket from)
        {
            var deadline = Stopwatch.StartNew();
            do
            {
                foreach (var socket in _sockets)
                {
                    while (socket.Available > 0)
                    {
                        socket.Receive(new byte[8]);
                    }
                }

                foreach (var socket in _sockets.Concat(_sockets))
                {
                    from.SendTo([1], socket.LocalEndPoint!);
                }

                List<Socket> readable = [.. _sockets];
                Socket.Select(readable, null, null, TimeSpan.FromMilliseconds(200));
                if (readable.Count > 0)
                {
                    // The second of two packets to the port that is open has come behind the first to the other.
                    var open = readable[0];
                    open.Receive(new byte[8]);
                    open.Receive(new byte[8]);
                    return (_sockets[0] == open || _sockets[0].Available > 0, _sockets[1] == open || _sockets[1].Available > 0);
                }
            }
            while (deadline.Elapsed < Deadline.Span);
            throw new InvalidOperationException($"no packet gets to {_address}");
        }

        /// <summary>What would be a reply to what is begun from the first of them, to somebody who listens at <paramref name="peer"/>.</summary>
        internal Socket Begin(NetworkNode peer, IPAddress at)
        {
            var listener = peer.Udp(new IPEndPoint(at, 0));
            var deadline = Stopwatch.StartNew();
            do
            {
                Assert.True(deadline.Elapsed < Deadline.Span, $"nothing from {_address} came to {at}");
                _sockets[0].SendTo([1], listener.LocalEndPoint!);
            }
            while (!listener.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));
            listener.SendTo([2], _sockets[0].LocalEndPoint!);
            Assert.True(_sockets[0].Poll(Deadline.Span, SelectMode.SelectRead));
            return listener;
        }

        /// <summary>Whether the first port gets what the peer of another goes on sending, though it is closed to everybody else.</summary>
        internal bool Hears(Socket peer)
        {
            while (_sockets[0].Available > 0)
            {
                _sockets[0].Receive(new byte[8]);
            }

            peer.SendTo([2], _sockets[0].LocalEndPoint!);
            peer.SendTo([2], _sockets[1].LocalEndPoint!);
            Assert.True(_sockets[1].Poll(Deadline.Span, SelectMode.SelectRead));
            return _sockets[0].Available > 0;
        }

        public void Dispose()
        {
            foreach (var socket in _sockets)
            {
                socket.Dispose();
            }
        }
    }
}
