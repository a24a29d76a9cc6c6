using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Portlight.Server.Tests.Tenants;

/// <summary>A connection that sends requests as bytes and reads answers no further than their length: a caller that costs next to nothing itself.</summary>
internal sealed class RawCaller : IDisposable
{
    private readonly TcpClient _connection = new() { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly NetworkStream _stream;

    public RawCaller(Uri endpoint)
    {
        _connection.Connect(endpoint.Host, endpoint.Port);
        _stream = _connection.GetStream();
    }

    /// <summary>The bytes of a signed request.</summary>
    public static byte[] BytesOf(HttpRequestMessage signed, byte[] body, string? userAgent = null)
    {
        var head = new StringBuilder($"POST / HTTP/1.1\r\nContent-Length: {body.Length}\r\nContent-Type: {signed.Content!.Headers.ContentType}\r\n");
        foreach (var (name, values) in signed.Headers)
        {
            head.Append(name).Append(": ").AppendJoin(", ", values).Append("\r\n");
        }

        if (!signed.Headers.Contains("Host"))
        {
            head.Append("Host: ").Append(signed.RequestUri!.Authority).Append("\r\n");
        }

        if (userAgent is not null)
        {
            head.Append("User-Agent: ").Append(userAgent).Append("\r\n");
        }

        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>Sends a request and reads its answer. Returns the status.</summary>
    public async Task<int> CallAsync(byte[] request)
    {
        await SendAsync(request);
        var read = 0;
        while (true)
        {
            read += NotNone(await _stream.ReadAsync(_buffer.AsMemory(read), TestContext.Current.CancellationToken));
            if (TryReadHead(read, out var status, out var left))
            {
                while (left > 0)
                {
                    left -= NotNone(await _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken));
                }

                return status;
            }
        }
    }

    /// <summary>The same on the caller's thread, which waits in the kernel.</summary>
    public int Call(byte[] request)
    {
        _stream.Write(request);
        var read = 0;
        while (true)
        {
            read += NotNone(_stream.Read(_buffer.AsSpan(read)));
            if (TryReadHead(read, out var status, out var left))
            {
                while (left > 0)
                {
                    left -= NotNone(_stream.Read(_buffer));
                }

                return status;
            }
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _connection.Dispose();
    }

    /// <param name="read">Bytes that have come.</param>
    /// <param name="status">The status.</param>
    /// <param name="left">Bytes of the body that have not.</param>
    private bool TryReadHead(int read, out int status, out long left)
    {
        (status, left) = (0, 0);
        var end = _buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var head = Encoding.ASCII.GetString(_buffer, 0, end);
        var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + "Content-Length: ".Length;
        status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
        left = long.Parse(head.AsSpan(at, head.AsSpan(at).IndexOfAny('\r', '\n') is var line and >= 0 ? line : head.Length - at), CultureInfo.InvariantCulture) - (read - end - 4);
        return true;
    }

    private static int NotNone(int read) => read > 0 ? read : throw new IOException("the server has closed the connection");
}
