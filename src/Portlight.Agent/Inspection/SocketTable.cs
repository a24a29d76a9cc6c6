using System.Globalization;
using System.Net;

namespace Portlight.Agent.Inspection;

/// <summary>A line of the kernel's list of sockets. <paramref name="Inode"/> is what a process's descriptor points at; IPv4-mapped addresses are IPv4 here.</summary>
internal readonly record struct SocketLine(IPEndPoint Local, IPEndPoint Remote, ulong Inode);

/// <summary>The sockets of the network namespace of the calling thread, as <c>/proc/net</c> lists them (Documentation/networking/proc_net_tcp.rst).</summary>
internal static class SocketTable
{
    internal const string TcpEstablished = "01";
    internal const string TcpListening = "0A";
    internal const string UdpUnconnected = "07";

    private const int LocalColumn = 1;
    private const int RemoteColumn = 2;
    private const int StateColumn = 3;
    private const int InodeColumn = 9;

    /// <summary>IPv4 and IPv6 together. <paramref name="protocol"/> is <c>tcp</c> or <c>udp</c>.</summary>
    internal static IEnumerable<SocketLine> Read(string protocol, string state)
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
                if (words.Length > InodeColumn && words[StateColumn] == state)
                {
                    yield return new SocketLine(EndPoint(words[LocalColumn]), EndPoint(words[RemoteColumn]), ulong.Parse(words[InodeColumn], CultureInfo.InvariantCulture));
                }
            }
        }
    }

    /// <summary><c>0100007F:1F90</c>: the address as 32-bit words in the machine's byte order, the port as a plain number.</summary>
    private static IPEndPoint EndPoint(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var bytes = new byte[colon / 2];
        for (var word = 0; word < bytes.Length; word += 4)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(word), uint.Parse(text.AsSpan(word * 2, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }

        var address = new IPAddress(bytes);
        return new IPEndPoint(
            address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
            int.Parse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
