using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Portlight.Linux;

namespace Portlight.Bench;

/// <summary>Which way the packets of a lane go that are counted.</summary>
internal enum PacketWay
{
    /// <summary>Through the machine, to what is attached.</summary>
    Through,

    /// <summary>The same, as replies to what the attached side began.</summary>
    Replies,

    /// <summary>To the machine itself.</summary>
    Here,

    /// <summary>From what is attached through the machine, to what is not.</summary>
    Out,
}

/// <summary>
/// A machine with a sender on one wire and a receiver on another, each in a network namespace of its own, and one connection of small UDP packets. The kernel carries a packet all the way to the
/// receiver's socket in the sender's time, so the time of sending is what the whole way costs.
/// </summary>
internal sealed class PacketLane : IDisposable
{
    private const int Port = 80;
    private const string Machine = "10.0.1.1", Sender = "10.0.1.2";
    internal const string Receiver = "10.0.2.2";
    private const int Greetings = 3;

    private readonly string _name;
    private readonly PacketWay _way;
    private readonly byte[] _packet = new byte[8];
    private Socket _asking = null!;
    private Socket _answering = null!;
    private long _sent;
    private long _arrived;

    private PacketLane(string name, PacketWay way) => (_name, _way) = (name, way);

    /// <summary>Microseconds for each packet, turn by turn.</summary>
    public List<double> Turns { get; } = [];

    /// <summary>Makes the namespaces and the connection.</summary>
    /// <param name="name">Begins the names of the namespaces.</param>
    /// <param name="way">Which way the packets go.</param>
    /// <param name="furnish">Makes the table, in the machine's namespace; gets the device that leads to the receiver.</param>
    public static PacketLane Make(string name, PacketWay way, Action<uint> furnish)
    {
        LayWires(name, furnish);
        var lane = new PacketLane(name, way);
        lane.Connect();
        return lane;
    }

    /// <summary>The namespaces <c>NAME-s</c> of the sender, <c>NAME</c> of the machine and <c>NAME-r</c> of the receiver.</summary>
    internal static void LayWires(string name, Action<uint> furnish)
    {
        Ip("", $"netns add {name}-s\nnetns add {name}\nnetns add {name}-r");
        Ip(name, $"""
            link add s0 type veth peer name eth0 netns {name}-s
            link add r0 type veth peer name eth0 netns {name}-r
            addr add {Machine}/24 dev s0
            addr add 10.0.2.1/24 dev r0
            link set s0 up
            link set r0 up
            link set lo up
            """);
        Ip($"{name}-s", $"addr add {Sender}/24 dev eth0\nlink set eth0 up\nroute add default via {Machine}");
        Ip($"{name}-r", $"addr add {Receiver}/24 dev eth0\nlink set eth0 up\nroute add default via 10.0.2.1");
        In(name, () =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
            furnish((uint)NetworkInterface.GetAllNetworkInterfaces().Single(link => link.Name == "r0").GetIPProperties().GetIPv4Properties().Index);
        });
    }

    /// <summary>Some packets there and back: the connection is an established one then, also if the kernel has forgotten it.</summary>
    public void Greet()
    {
        EndPoint caller = new IPEndPoint(IPAddress.Any, 0);
        for (var i = 0; i < Greetings; i++)
        {
            _asking.Send(_packet);
            _answering.ReceiveFrom(_packet, ref caller);
            _answering.SendTo(_packet, caller);
            _asking.Receive(_packet);
        }
    }

    /// <summary>Sends so many packets and writes down what each of them took, after a few that bring everything back into the processor's caches. What has arrived is read afterwards.</summary>
    public void Take(int packets)
    {
        SendMany(packets / 5);
        var began = Stopwatch.GetTimestamp();
        SendMany(packets);
        Turns.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / packets);
        Drain();
    }

    /// <summary>Microseconds for each first packet of so many connections.</summary>
    public double TakeFirst(int connections)
    {
        var sockets = new List<Socket>();
        In(_name + "-s", () => sockets.AddRange(Enumerable.Range(0, connections).Select(_ => Connected((IPEndPoint)_asking.RemoteEndPoint!))));
        var began = Stopwatch.GetTimestamp();
        foreach (var socket in sockets)
        {
            socket.Send(_packet);
        }

        var elapsed = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        _sent += connections;
        sockets.ForEach(socket => socket.Dispose());
        Drain();
        return elapsed / connections;
    }

    /// <summary>That every packet has arrived: what is dropped on its way costs less.</summary>
    public void RequireAll()
    {
        if (_arrived != _sent)
        {
            throw new InvalidOperationException($"{_name}: of {_sent} packets {_arrived} have arrived");
        }
    }

    public void Dispose()
    {
        _asking.Dispose();
        _answering.Dispose();
    }

    private void SendMany(int packets)
    {
        var from = _way == PacketWay.Replies ? _answering : _asking;
        for (var i = 0; i < packets; i++)
        {
            from.Send(_packet);
        }

        _sent += packets;
    }

    private void Drain()
    {
        var to = _way == PacketWay.Replies ? _asking : _answering;
        for (; to.Available > 0; _arrived++)
        {
            to.Receive(_packet);
        }
    }

    private void Connect()
    {
        var (begins, answers, address) = _way switch
        {
            PacketWay.Through => (_name + "-s", _name + "-r", Receiver),
            PacketWay.Here => (_name + "-s", _name, Machine),
            _ => (_name + "-r", _name + "-s", Sender),
        };
        In(answers, () =>
        {
            _answering = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000, ReceiveBufferSize = 1 << 20 };
            _answering.Bind(new IPEndPoint(IPAddress.Any, Port));
        });
        In(begins, () => _asking = Connected(new IPEndPoint(Address(address), Port)));
        if (_way == PacketWay.Replies)
        {
            _answering.Connect(new IPEndPoint(Address(Receiver), ((IPEndPoint)_asking.LocalEndPoint!).Port));
        }

        Greet();
    }

    internal static IPAddress Address(string text) => new([.. text.Split('.').Select(part => byte.Parse(part, CultureInfo.InvariantCulture))]);

    private static Socket Connected(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000, ReceiveBufferSize = 1 << 20 };
        socket.Connect(to);
        return socket;
    }

    private static void Ip(string node, string commands)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", node.Length == 0 ? ["-batch", "-"] : ["-n", node, "-batch", "-"]) { RedirectStandardInput = true })!;
        ip.StandardInput.WriteLine(commands);
        ip.StandardInput.Close();
        ip.WaitForExit();
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException($"`ip` made no `{node}`");
        }
    }

    // On a thread that ends afterwards: a pool thread would carry the namespace into something else.
    internal static void In(string node, Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{node}");
                if (Libc.SetNamespace(handle, Libc.CLONE_NEWNET) != 0)
                {
                    throw new InvalidOperationException($"cannot enter `{node}`");
                }

                work();
            }
            catch (Exception problem)
            {
                failure = ExceptionDispatchInfo.Capture(problem);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
