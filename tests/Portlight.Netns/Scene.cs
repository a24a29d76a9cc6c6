using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>
/// A private host with an agent on it and a client machine beside it. The agent is the real one, and so is everything below it. Leaves nothing: the
/// next scene is on the same host.
/// </summary>
internal sealed class Scene : IDisposable
{
    internal const string ClientIpv4 = "198.51.100.10";
    internal const string ClientIpv6 = "2001:db8:c::10";
    internal const string ClientLink = "client0";

    private readonly List<IDisposable> _owned = [];
    private readonly Dictionary<long, DesiredInstance> _desired = [];
    private readonly ConnectionPolicy _connections;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-scene-");
    private long _revision;
    private bool _isStopped;

    internal Scene(ConnectionPolicy connections = ConnectionPolicy.Cut, params IEnumerable<ListenAddress> listen)
    {
        _connections = connections;
        // Not owned, so that tests can do to the table what others do where the kernel cannot prevent it. OwnershipTests has the other half.
        Options = new AgentOptions { Installation = Installation, DataDirectory = "/nowhere", MayOwnTable = false, Connections = connections, ListenAddresses = [.. listen], AppliedFile = Path.Combine(_directory.FullName, Restoration.FileName) };
        Agent = EmbeddedAgent.Open(Options, TimeProvider.System, NullLogger<EmbeddedAgent>.Instance);
        try
        {
            Client = Network.AddMachine("client", ClientLink, ClientIpv4, ClientIpv6);
            FromClient = Own(new PacketSender(Client));
            FromHost = Own(new PacketSender(Network.Host));
            Synchronise();
        }
        catch
        {
            // Nobody has the scene, so nobody disposes it; its agent would stand in the way of every test that follows.
            Dispose();
            throw;
        }
    }

    internal static InstallationId Installation { get; } = new(0x5ce0e);

    internal TestNetwork Network { get; } = new();

    internal NetworkNode Host => Network.Host;

    internal NetworkNode Client { get; }

    internal PacketSender FromClient { get; }

    internal PacketSender FromHost { get; }

    internal AgentOptions Options { get; set; }

    internal EmbeddedAgent Agent { get; private set; }

    /// <summary>A lab instance with the addresses that its index makes: 203.0.113.i, 172.26.0.i and 2001:db8:a::i.</summary>
    internal static DesiredInstance Lab(long index, PortSet ports, string? name = null, uint group = 1) => new()
    {
        Index = index,
        Revision = 0,
        Attachment = new Attachment.Lab(),
        Ports = ports,
        IsRunning = true,
        NamespaceName = name ?? $"pl-web-{index}",
        PublicAddresses = [PublicIpv4(index), PublicIpv6(index)],
        PrivateAddress = Private(index),
        PeerGroup = group,
    };

    internal static IPAddress PublicIpv4(long index) => TestNetwork.Address($"203.0.113.{index}");

    internal static IPAddress PublicIpv6(long index) => TestNetwork.Address($"2001:db8:a::{index:x}");

    internal static IPAddress Private(long index) => TestNetwork.Address($"172.26.0.{index}");

    /// <summary>Applies one instance and wants it confirmed.</summary>
    internal DesiredInstance Put(DesiredInstance desired)
    {
        var stamped = desired with { Revision = ++_revision };
        var report = Assert.Single(Done(Agent.ApplyAsync([stamped], [], CancellationToken.None)));
        Assert.Equal((stamped.Index, stamped.Revision), (Assert.IsType<AgentReport.Applied>(report).Index, report.Revision));
        return _desired[stamped.Index] = stamped;
    }

    /// <summary>Applies one instance and wants it refused.</summary>
    internal AgentReport.Rejected PutRefused(DesiredInstance desired) =>
        Assert.IsType<AgentReport.Rejected>(Assert.Single(Done(Agent.ApplyAsync([desired with { Revision = ++_revision }], [], CancellationToken.None))));

    internal void Remove(long index)
    {
        Forget(index);
        Assert.Empty(Done(Agent.ApplyAsync([], [index], CancellationToken.None)));
    }

    /// <summary>Takes an instance out of what is desired, without a word to the agent.</summary>
    internal void Forget(long index) => _desired.Remove(index);

    internal IReadOnlyList<AgentReport> Synchronise() => Done(Agent.SynchroniseAsync([.. _desired.Values], CancellationToken.None));

    /// <summary>Ends the agent as a stopped or killed server does, and starts another.</summary>
    internal void RestartAgent(bool synchronise = true)
    {
        StopAgent();
        _isStopped = false;
        Agent = EmbeddedAgent.Open(Options, TimeProvider.System, NullLogger<EmbeddedAgent>.Instance);
        if (synchronise)
        {
            Assert.All(Synchronise(), report => Assert.IsType<AgentReport.Applied>(report));
        }
    }

    /// <summary>Ends the agent as a stopped or killed server does.</summary>
    internal void StopAgent()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            Agent.Dispose();
        }
    }

    /// <summary>Removes what the agent has made; it must have been stopped.</summary>
    internal static KernelContents TearDown()
    {
        using var teardown = Teardown.Open(Installation, takesOver: false, "/nowhere");
        return teardown.Run();
    }

    /// <summary>Inside a lab instance.</summary>
    internal NetworkNode Inside(DesiredInstance instance) => Own(NetworkNode.Named(instance.NamespaceName!));

    /// <summary>The verdicts on packets from <paramref name="sender"/> to a lab instance, as they arrive in it.</summary>
    internal PacketProbe Probe(PacketSender sender, DesiredInstance instance, NetworkNode inside) =>
        new(sender, Own(PacketCapture.Arriving(inside)), Replies(sender, inside, PublicIpv4(instance.Index), PublicIpv6(instance.Index)));

    /// <summary>
    /// Packets that are always let in, one of each family: <paramref name="inside"/> sends to the sender's machine first, and these are the replies.
    /// </summary>
    internal Packet[] Replies(PacketSender sender, NetworkNode inside, params IReadOnlyList<IPAddress> own)
    {
        var (peer, ipv4, ipv6) = sender == FromHost ? (Host, "10.255.1.1", "fd00:255:1::1") : (Client, ClientIpv4, ClientIpv6);
        return [.. own.Select(address => Reply(inside, address, peer, TestNetwork.Address(address.AddressFamily == AddressFamily.InterNetwork ? ipv4 : ipv6)))];
    }

    internal Packet Reply(NetworkNode inside, IPAddress own, NetworkNode peer, IPAddress peerAddress)
    {
        var listener = Own(peer.Udp(new IPEndPoint(peerAddress, 0)));
        var beginner = Own(inside.Udp(new IPEndPoint(own, 0)));
        // The first packets of a wire that has just been laid can be lost: the kernel starts its queue a little later.
        var deadline = Stopwatch.StartNew();
        do
        {
            Assert.True(deadline.Elapsed < Deadline.Span, $"no packet from {own} came to {peerAddress}");
            beginner.SendTo([1], listener.LocalEndPoint!);
        }
        while (!listener.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));
        return new Packet
        {
            Source = peerAddress,
            Destination = own,
            Protocol = Packet.Udp,
            SourcePort = (ushort)((IPEndPoint)listener.LocalEndPoint!).Port,
            Port = (ushort)((IPEndPoint)beginner.LocalEndPoint!).Port,
        };
    }

    internal T Own<T>(T disposable)
        where T : IDisposable
    {
        _owned.Add(disposable);
        return disposable;
    }

    public void Dispose()
    {
        _owned.Reverse();
        var failures = new List<Exception>();
        foreach (var step in (IEnumerable<Action>)[.. _owned.Select(owned => (Action)owned.Dispose), StopAgent, () => TearDown(), Network.Dispose, () => _directory.Delete(recursive: true)])
        {
            try
            {
                step();
            }
            catch (Exception exception)
            {
                // The rest is taken down all the same: one test that fails does not make the next ones fail.
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    // Every call of this agent is done when it returns.
    private static T Done<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
