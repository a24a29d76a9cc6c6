using System.Net.Sockets;
using System.Text;
using Portlight.AgentProtocol;

namespace Portlight.Agent;

/// <summary>
/// The right to change what Portlight has in a network namespace: one process at a time. It is a listening Unix socket with an abstract name, which the
/// kernel keeps for each network namespace apart and takes away with the process, however that ends. A client that connects is told the data directory.
/// </summary>
public sealed class EnforcementLock : IDisposable
{
    /// <summary>The first character makes the name abstract: there is no file (unix(7)).</summary>
    internal const string SocketName = "\0portlight.enforcement";

    internal const string Greeting = "portlight ";

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly byte[] _greeting;
    private readonly ManualResetEventSlim _ending = new();
    private readonly Thread _answering;

    private EnforcementLock(Socket socket, string dataDirectory)
    {
        _socket = socket;
        _greeting = Encoding.UTF8.GetBytes($"{Greeting}{dataDirectory}\n");
        _answering = new Thread(Answer, maxStackSize: 128 * 1024) { IsBackground = true, Name = "portlight lock" };
        _answering.Start();
    }

    /// <summary>Takes the lock of the network namespace of the calling thread.</summary>
    /// <param name="dataDirectory">What others are told when they are refused.</param>
    /// <exception cref="AgentException">Another process has it: which, and what it works on.</exception>
    public static EnforcementLock Take(string dataDirectory)
    {
        const int attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Bind(new UnixDomainSocketEndPoint(SocketName));
                socket.Listen();
                return new EnforcementLock(socket, dataDirectory);
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                socket.Dispose();
                var holder = LockHolder.Find();
                if (holder is not null || attempt == attempts)
                {
                    throw new AgentException(holder?.Describe() ?? "another process holds the lock on this network namespace and does not say which it is; try again", taken);
                }
            }
            catch (SocketException refused)
            {
                socket.Dispose();
                throw new AgentException($"cannot take the lock on this network namespace: {refused.Message}", refused);
            }
        }
    }

    /// <summary>Lets go of the lock: when this returns, another can take it.</summary>
    public void Dispose()
    {
        if (!_ending.IsSet)
        {
            _ending.Set();
            _socket.Dispose();
            _answering.Join();
        }
    }

    private void Answer()
    {
        while (!_ending.IsSet)
        {
            try
            {
                using var caller = _socket.Accept();
                caller.Send(_greeting);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception)
            {
                // The caller did not wait, or there is no descriptor for it, or whatever it is: the lock holds all the same, and what leaves this thread would end the process.
                _ending.Wait(PauseAfterFailure);
            }
        }
    }
}
