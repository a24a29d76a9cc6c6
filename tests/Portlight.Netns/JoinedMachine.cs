using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portlight.Agent;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>A machine that has joined a server and was attached, with one port open and another not; then its agent and its server ended. What is left of it is its disk.</summary>
public sealed class JoinedMachine : IDisposable
{
    private const string Name = "fra";
    private const int First = 21842;
    private const int Second = 21843;

    /// <summary>As its unit runs it.</summary>
    private static readonly string[] Rights = ["setpriv", "--bounding-set=-all,+net_admin", "--inh-caps=-all"];

    private readonly IPAddress _address = TestNetwork.Address("198.51.100.23");
    private readonly TestNetwork _network = new();
    private readonly Served _served = new();
    private readonly Socket[] _ports;
    private readonly Socket _sender;
    private int _copies;

    public JoinedMachine()
    {
        Node = _network.AddMachine(Name, "fra0", "198.51.100.23");
        _ports = [.. new[] { First, Second }.Select(port => Node.Udp(new IPEndPoint(_address, port)))];
        _sender = _network.Host.Udp(new IPEndPoint(IPAddress.Any, 0));
        try
        {
            JoinAndAttach();
        }
        catch
        {
            // Nobody has the fixture, so nobody disposes it; its server would stand in the way of every test that follows.
            Dispose();
            throw;
        }
    }

    internal NetworkNode Node { get; }

    private string Whole => _served.Data("whole");

    /// <summary>Its kernel knows nothing any more.</summary>
    internal void Boot() => Node.Nft("flush ruleset");

    /// <summary>Which of the two ports packets get to: the one that was open, and the one that was not.</summary>
    /// <param name="mustOpen">The first must be open by now, so a packet to it is only late.</param>
    internal (bool First, bool Second) Opens(bool mustOpen = false)
    {
        foreach (var socket in _ports)
        {
            while (socket.Available > 0)
            {
                socket.Receive(new byte[16]);
            }
        }

        _sender.SendTo([1], new IPEndPoint(_address, Second));
        _sender.SendTo([2], new IPEndPoint(_address, First));
        return (_ports[0].Poll(mustOpen ? Deadline.Span : TimeSpan.FromMilliseconds(100), SelectMode.SelectRead), _ports[1].Available > 0);
    }

    /// <summary>Starts an agent on a disk; returns when it says that it is ready. Ended when it is disposed.</summary>
    internal ReadyProcess StartAgent(string disk)
    {
        var command = PortlightProgram.CommandBehind(["ip", "netns", "exec", Node.Name, .. Rights], "agent", "--data", disk);
        return ReadyProcess.StartAsync(command, "portlight-agent ready").GetAwaiter().GetResult();
    }

    /// <summary>The disk as it was left.</summary>
    /// <param name="onItsOwn">It is a small file system of its own.</param>
    internal Disk Copy(bool onItsOwn = false)
    {
        var copy = new Disk(_served.Data($"copy-{++_copies}"), onItsOwn);
        Command.Run("cp", $"--archive {Whole}/. {copy.Path}");
        return copy;
    }

    public void Dispose()
    {
        Boot();
        _served.Dispose();
        _sender.Dispose();
        foreach (var socket in _ports)
        {
            socket.Dispose();
        }

        _network.Dispose();
    }

    private void JoinAndAttach()
    {
        var server = _served.Start("server", "--listen", "http://127.0.0.1:21840", "--agents", "https://10.255.1.1:21841");
        var token = _served.Run("server", "host", "token", Name).Trim().Split(' ')[^1];
        var (code, output, error) = PortlightProgram.Run(PortlightProgram.CommandBehind(["ip", "netns", "exec", Name], "agent", "join", token, "--data", Whole));
        Assert.True(code == 0, output + error);
        using (StartAgent(Whole))
        {
            // It is ready before it has found its server.
            Until.True(() => !_served.Run("server", "host", "show", Name).Contains("away", StringComparison.Ordinal), "the agent's connection");
            _served.Run("server", "attach", "me", "--host", Name, "--this-host", "--open", $"udp:{First}", "--yes");
            Until.True(() => Opens() == (true, false), "the attachment");
            foreach (var port in (int[])[Second, First])
            {
                _served.Run("server", "ports", "me", $"{port}/udp", "--yes");
                Until.True(() => Opens() == (port == First, port == Second), $"the change to {port}");
                Until.True(() => FleetStage.Keeps(Name, Whole, port), $"the change to {port} on the disk");
            }
        }

        _served.End(server, ServeProcess.KillSignal);
        // A start without them writes the rules anew, as one picture.
        File.Delete(Path.Combine(Whole, Restoration.FileName));
        StartAgent(Whole).Dispose();
    }

    /// <summary>A data directory of an agent.</summary>
    internal sealed class Disk : IDisposable
    {
        private readonly bool _isMounted;

        internal Disk(string path, bool isMounted)
        {
            (Path, _isMounted) = (path, isMounted);
            Directory.CreateDirectory(path);
            if (isMounted)
            {
                Command.Run("mount", $"-t tmpfs -o size=256k,mode=0700 tmpfs {path}");
            }
        }

        internal string Path { get; }

        internal void MakeReadOnly() => Command.Run("mount", $"-o remount,ro {Path}");

        internal void Fill()
        {
            using var file = File.Create(System.IO.Path.Combine(Path, "full"));
            try
            {
                while (true)
                {
                    file.Write(new byte[4096]);
                    file.Flush();
                }
            }
            catch (IOException)
            {
                // It is.
            }
        }

        public void Dispose()
        {
            if (_isMounted)
            {
                Command.Run("umount", Path);
            }
        }
    }
}
