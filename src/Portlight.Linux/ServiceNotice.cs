using System.Net.Sockets;
using System.Text;

namespace Portlight.Linux;

/// <summary>
/// Tells the service manager how far this process is, by the protocol of sd_notify(3): a datagram to the socket that NOTIFY_SOCKET names. Without that
/// variable nobody asked, and nothing is sent.
/// </summary>
public static class ServiceNotice
{
    public const string Ready = "READY=1";

    public const string Stopping = "STOPPING=1";

    /// <summary>What the service manager shows of the process, in words.</summary>
    public static string Status(string text) => $"STATUS={text.ReplaceLineEndings(" ")}";

    private const string Variable = "NOTIFY_SOCKET";

    /// <exception cref="IOException">The service manager does not take it, and would end this process later for its silence.</exception>
    public static void Send(string state)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } address)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An @ stands for the zero byte of an abstract name.
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
        }
        catch (SocketException exception)
        {
            throw new IOException($"{Variable} is {address}, and the service manager cannot be told {state}: {exception.Message}", exception);
        }
    }
}
