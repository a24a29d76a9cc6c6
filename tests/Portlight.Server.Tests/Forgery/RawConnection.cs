using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Portlight.Server.Tests.Forgery;

/// <summary>A kept connection that sends bytes as they stand and reads one answer after the other; it is made anew when the server closes it.</summary>
internal sealed class RawConnection(string host, int port) : IDisposable
{
    private readonly byte[] _buffer = new byte[128 * 1024];
    private TcpClient? _client;

    public void Dispose() => _client?.Dispose();

    /// <summary>The status and the answer's body; 0 when the server closed the connection without an answer.</summary>
    public async Task<(int Status, string Body)> AskAsync(byte[] request)
    {
        if (_client is null)
        {
            _client = new TcpClient { NoDelay = true };
            await _client.ConnectAsync(host, port, TestContext.Current.CancellationToken);
        }

        try
        {
            var stream = _client.GetStream();
            await stream.WriteAsync(request, TestContext.Current.CancellationToken);
            return await ReadAsync(stream);
        }
        catch (IOException)
        {
            Close();
            return (0, "");
        }
    }

    private async Task<(int Status, string Body)> ReadAsync(NetworkStream stream)
    {
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(length), TestContext.Current.CancellationToken);
            if (read == 0)
            {
                Close();
                return (0, "");
            }

            length += read;
            var end = _buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                continue;
            }

            var head = Encoding.ASCII.GetString(_buffer, 0, end);
            var body = Number(head, "Content-Length: ");
            if (length < end + 4 + body)
            {
                continue;
            }

            if (head.Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
            {
                Close();
            }

            return (int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), Encoding.UTF8.GetString(_buffer, end + 4, body));
        }
    }

    private void Close()
    {
        _client?.Dispose();
        _client = null;
    }

    private static int Number(string head, string name)
    {
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        var text = at < 0 ? "0" : head[(at + name.Length)..];
        return int.Parse(text.AsSpan(0, text.AsSpan().IndexOf('\r') is var end and >= 0 ? end : text.Length), CultureInfo.InvariantCulture);
    }
}
