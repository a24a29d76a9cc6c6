using System.Net.Sockets;
using System.Text;

namespace Portlight.Server.Tests.Tenants;

/// <summary>A request that is sent byte by byte as the test says, on a connection of its own.</summary>
internal sealed class RawRequest : IDisposable
{
    private readonly TcpClient _connection = new();
    private readonly NetworkStream _stream;

    private RawRequest(Uri endpoint)
    {
        _connection.Connect(endpoint.Host, endpoint.Port);
        _connection.NoDelay = true;
        _stream = _connection.GetStream();
    }

    public static RawRequest To(ServerHarness server) => new(server.Endpoint);

    /// <summary>Sends the head of a request whose body comes later, and returns when the server has begun to wait for the body.</summary>
    /// <param name="signed">A request with the whole body and its signature.</param>
    /// <param name="length">The length that the head claims.</param>
    public async Task BeginAsync(HttpRequestMessage signed, int length)
    {
        await SendAsync(HeadOf(signed, length));
        Assert.Equal(100, await StatusAsync()); // Continue: the body is read now
        await _stream.ReadExactlyAsync(new byte["HTTP/1.1 100 Continue\r\n\r\n".Length - 12], TestContext.Current.CancellationToken);
    }

    private static string HeadOf(HttpRequestMessage signed, int length)
    {
        var head = new StringBuilder($"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: {length}\r\nContent-Type: {signed.Content!.Headers.ContentType}\r\n");
        foreach (var (name, values) in signed.Headers)
        {
            head.Append(name).Append(": ").AppendJoin(", ", values).Append("\r\n");
        }

        return (signed.Headers.Contains("Host") ? head : head.Append("Host: ").Append(signed.RequestUri!.Authority).Append("\r\n")).Append("\r\n").ToString();
    }

    /// <summary>Sends the head of a request and nothing else.</summary>
    public Task SendHeadAsync(HttpRequestMessage signed, int length) => SendAsync(HeadOf(signed, length));

    /// <summary>Whether the server has closed the connection without a word.</summary>
    public async Task<bool> IsClosedAsync() => await StatusAsync() is null;

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

    /// <summary>The status of the answer; null when the connection is closed without one.</summary>
    public async Task<int?> StatusAsync()
    {
        var read = new byte[12];
        try
        {
            var count = await _stream.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
            return count < read.Length ? null : int.Parse(Encoding.ASCII.GetString(read, 9, 3), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Ends the connection as that of a process that was killed is ended.</summary>
    public void Reset()
    {
        _connection.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        _connection.Client.Close();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _connection.Dispose();
    }
}
