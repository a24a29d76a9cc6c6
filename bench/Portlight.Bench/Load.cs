using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Portlight.Bench;

/// <summary>
/// Closed-loop load over raw sockets: each connection sends a request, reads its answer, sends the next. One that is told <c>ThrottlingException</c> sends it again, as an SDK does; how often is
/// counted apart.
/// </summary>
internal static class Load
{
    /// <param name="endpoint">Where to.</param>
    /// <param name="requests">For each connection the requests that take turns.</param>
    /// <param name="length">How long; a tenth of it goes before, uncounted.</param>
    public static async Task<Result> RunAsync(Uri endpoint, IReadOnlyList<byte[][]> requests, TimeSpan length)
    {
        var before = requests.Select(_ => new List<double>(10_000)).ToArray();
        await Task.WhenAll(requests.Select((turns, i) => ConnectionAsync(endpoint, turns, length / 10, before[i])));
        var latencies = requests.Select(_ => new List<double>(100_000)).ToArray();
        var began = Stopwatch.GetTimestamp();
        var throttled = await Task.WhenAll(requests.Select((turns, i) => ConnectionAsync(endpoint, turns, length, latencies[i])));
        var took = Stopwatch.GetElapsedTime(began);
        var all = latencies.SelectMany(one => one).Order().ToList();
        return new Result(all.Count / took.TotalSeconds, all[all.Count / 2], all[all.Count * 99 / 100], throttled.Sum()) { Sent = all.Count + before.Sum(one => one.Count) };
    }

    private static async Task<int> ConnectionAsync(Uri endpoint, byte[][] turns, TimeSpan length, List<double> latencies)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, endpoint.Port);
        var buffer = new byte[64 * 1024];
        var until = Stopwatch.GetTimestamp() + (long)(length.TotalSeconds * Stopwatch.Frequency);
        var throttled = 0;
        for (var i = 0; Stopwatch.GetTimestamp() < until; i++)
        {
            var began = Stopwatch.GetTimestamp();
            do
            {
                await socket.SendAsync(turns[i % turns.Length]);
            }
            while (await ReadAnswerAsync(socket, buffer) is null && throttled++ >= 0);
            latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return throttled;
    }

    /// <summary>Reads an answer of 200; how many bytes it has. Null: the server asks to be asked again.</summary>
    internal static async Task<int?> ReadAnswerAsync(Socket socket, byte[] buffer)
    {
        var have = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(have));
            if (read == 0)
            {
                throw new IOException("the server closed the connection");
            }

            have += read;
            if (IsWhole(buffer.AsSpan(0, have)))
            {
                return IsAccepted(buffer.AsSpan(0, have)) ? have : null;
            }
        }
    }

    /// <summary>Whether an answer has come to its end.</summary>
    internal static bool IsWhole(ReadOnlySpan<byte> answer) =>
        answer.IndexOf("\r\n\r\n"u8) is >= 0 and var head && answer.Length >= head + 4 + ContentLength(answer[..head]);

    /// <summary>True: an answer of 200. False: the server asks to be asked again.</summary>
    /// <exception cref="IOException">It is another answer.</exception>
    internal static bool IsAccepted(ReadOnlySpan<byte> answer) =>
        answer.StartsWith("HTTP/1.1 200"u8) || (answer.IndexOf("ThrottlingException"u8) >= 0 ? false : throw new IOException(System.Text.Encoding.UTF8.GetString(answer)));

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        return at >= 0 && Utf8Parser.TryParse(head[(at + 16)..], out int length, out _) ? length : throw new IOException("the answer has no length");
    }

    /// <summary>Requests a second, milliseconds of the median and the 99th percentile, and how many were sent again.</summary>
    internal sealed record Result(double PerSecond, double MedianMs, double P99Ms, int Throttled)
    {
        /// <summary>Requests that were answered, those that went before included.</summary>
        public int Sent { get; init; }
    }
}
