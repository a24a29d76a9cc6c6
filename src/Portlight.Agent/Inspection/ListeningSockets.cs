using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Portlight.AgentProtocol;

namespace Portlight.Agent.Inspection;

/// <summary>The sockets of this machine that wait for packets from outside, as <c>/proc/net</c> lists them (Documentation/networking/proc_net_tcp.rst).</summary>
internal static class ListeningSockets
{
    private const string TcpListening = "0A";
    private const string UdpUnconnected = "07";

    /// <summary>By protocol and port; a socket that is bound to loopback alone hears nothing from outside and is not among them.</summary>
    internal static ImmutableArray<ListeningSocket> FromOutside() =>
    [
        .. Read("tcp", TcpListening).Concat(Read("udp", UdpUnconnected))
            .Where(socket => !IPAddress.IsLoopback(socket.Address))
            .Distinct()
            .OrderBy(socket => socket.Protocol)
            .ThenBy(socket => socket.Port)
            .ThenBy(socket => socket.Address.ToString(), StringComparer.Ordinal),
    ];

    private static IEnumerable<ListeningSocket> Read(string protocol, string state)
    {
        foreach (var suffix in new[] { "", "6" })
        {
            // Not /proc/net: that is the main thread's namespace, whichever thread asks.
            var path = $"/proc/thread-self/net/{protocol}{suffix}";
            if (!File.Exists(path))
            {
                continue; // a kernel without IPv6
            }

            foreach (var line in File.ReadLines(path).Skip(1))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 3 && words[3] == state)
                {
                    yield return ReadSocket(protocol, words[1]);
                }
            }
        }
    }

    /// <summary><c>0100007F:1F90</c>: the address as 32-bit words in the machine's byte order, the port as a plain number.</summary>
    private static ListeningSocket ReadSocket(string protocol, string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var bytes = new byte[colon / 2];
        for (var word = 0; word < bytes.Length; word += 4)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(word), uint.Parse(text.AsSpan(word * 2, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }

        return new ListeningSocket(protocol, new IPAddress(bytes), int.Parse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
