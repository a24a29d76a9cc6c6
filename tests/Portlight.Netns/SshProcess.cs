using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>
/// A stand-in for an SSH server as the machine sees one: a process of some name listens; each connection is handed to a process of its own, with a name and a
/// command line as sshd writes it. With an empty environment and in a session of its own, as under sudo or in a terminal multiplexer. Ends when it is disposed.
/// </summary>
internal sealed class SshProcess : IDisposable
{
    /// <summary>A name is what /proc/PID/comm says, a title what /proc/PID/cmdline begins with.</summary>
    private const string Program = """
        import os, socket, sys
        name, port, holder, title = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
        HOLD = "import sys; open('/proc/self/comm', 'w').write(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
        open('/proc/self/comm', 'w').write(name)
        listener = socket.create_server(('::', port), family=socket.AF_INET6, dualstack_ipv6=True)
        print('listening', flush=True)
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            os.set_inheritable(connection.fileno(), True)
            os.execv('/usr/bin/python3', [title, '-c', HOLD, holder])
        connection.close()
        if len(sys.argv) > 5:
            listener.close()
            print('closed', flush=True)
        os.wait()
        """;

    private readonly Process _process;

    private SshProcess(Process process) => _process = process;

    /// <summary>Starts it, and returns once it listens on every address of the machine, of both families by one socket.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="port">Where to listen.</param>
    /// <param name="listener">Name of the process that listens.</param>
    /// <param name="holder">Name of the process that has the connection.</param>
    /// <param name="title">Beginning of that process's command line.</param>
    /// <param name="closesListener">Whether it stops listening once it has a connection.</param>
    /// <param name="before">A command that runs it.</param>
    internal static SshProcess Start(
        NetworkNode host,
        int port,
        string listener = "sshd",
        string holder = "sshd",
        string title = "sshd: alice@pts/0",
        bool closesListener = false,
        params IEnumerable<string> before)
    {
        string[] words = [.. before, "setsid", "env", "-i", "/usr/bin/python3", "-c", Program, listener, port.ToString(CultureInfo.InvariantCulture), holder, title];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (closesListener)
        {
            start.ArgumentList.Add("closes");
        }

        var made = new SshProcess(host.Do(() => Process.Start(start)!));
        made.Await("listening");
        return made;
    }

    /// <summary>Connects to it and waits until the process of the connection has it.</summary>
    internal IDisposable Connect(NetworkNode from, IPEndPoint to, bool closesListener = false)
    {
        var own = from.Name == "" ? null : TestNetwork.Address(to.AddressFamily == AddressFamily.InterNetwork ? Scene.ClientIpv4 : Scene.ClientIpv6);
        var connection = from.Connect(to, own);
        // Two processes write: in either order.
        var awaited = new List<string>(closesListener ? ["closed", "held"] : ["held"]);
        while (awaited.Count > 0)
        {
            var line = Line();
            Assert.True(awaited.Remove(line), $"awaited {string.Join(" and ", awaited)}, got `{line}`");
        }

        return connection;
    }

    public void Dispose()
    {
        // The end of its input ends the holder, and that the listener; before a connection there is only the listener.
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Await(string word) => Assert.Equal(word, Line());

    private string Line() => _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline.Span).GetAwaiter().GetResult() ?? "(it has ended)";
}
