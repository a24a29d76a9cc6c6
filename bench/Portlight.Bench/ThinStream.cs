using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Google.Protobuf;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;

namespace Portlight.Bench;

/// <summary>
/// The stream of an agent, HTTP/2 by hand (RFC 9113) over mutual TLS: one call on a connection, whose headers are not read. With a client of gRPC ten thousand agents in one process took two thirds of what the
/// server took, of the same processors, and they stand for ten thousand machines. Windows are not enlarged: an agent here is sent less than the 64 KiB that it may be sent.
/// </summary>
internal sealed class ThinStream : IDisposable
{
    private const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7;
    private const byte Acknowledges = 1, EndsStream = 1, EndsHeaders = 4;
    private const int FrameHead = 9, MessageHead = 5;

    private readonly SslStream _stream;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly byte[] _buffer = new byte[32 * 1024];
    private readonly MemoryStream _message = new();
    private int _have;

    private ThinStream(SslStream stream) => _stream = stream;

    /// <summary>Connects and begins the call.</summary>
    public static async Task<ThinStream> ConnectAsync(Uri server, Trust trust, SslStreamCertificateContext shown)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            TargetHost = "portlight",
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificateContext = shown,
            CertificateChainPolicy = trust.MakePolicy(),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => certificate is X509Certificate2 known && trust.CheckServer(known, chain, errors).Standing == CertificateStanding.Good,
        });
        var stream = new ThinStream(tls);
        await tls.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, []), .. Frame(Headers, EndsHeaders, 1, Call(server.Authority))]);
        return stream;
    }

    public async Task WriteAsync(FromAgent message)
    {
        var bytes = new byte[FrameHead + MessageHead + message.CalculateSize()];
        WriteHead(bytes, Data, 0, 1, bytes.Length - FrameHead);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(FrameHead + 1), bytes.Length - FrameHead - MessageHead);
        message.WriteTo(bytes.AsSpan(FrameHead + MessageHead));
        await SendAsync(bytes);
    }

    /// <summary>The next message.</summary>
    /// <exception cref="IOException">The server has ended the stream.</exception>
    public async Task<FromServer> ReadAsync()
    {
        while (true)
        {
            if (TryTakeMessage() is { } message)
            {
                return message;
            }

            var (type, flags, body) = await FrameAsync();
            switch (type)
            {
                case Data:
                    _message.Write(_buffer, FrameHead, body);
                    break;
                case Ping when (flags & Acknowledges) == 0:
                    await SendAsync(Frame(Ping, Acknowledges, 0, _buffer.AsSpan(FrameHead, body)));
                    break;
                case Settings when (flags & Acknowledges) == 0:
                    await SendAsync(Frame(Settings, Acknowledges, 0, []));
                    break;
                case Reset or GoAway:
                case Headers when (flags & EndsStream) != 0:
                    throw new IOException("the server has ended the stream");
            }

            Drop(FrameHead + body);
        }
    }

    /// <summary>Asks whether the other end is there, as agents do.</summary>
    public Task PingAsync() => SendAsync(Frame(Ping, 0, 0, new byte[8]));

    public void Dispose()
    {
        _stream.Dispose();
        _writing.Dispose();
        _message.Dispose();
    }

    private FromServer? TryTakeMessage()
    {
        var bytes = _message.GetBuffer().AsSpan(0, (int)_message.Length);
        if (bytes.Length < MessageHead || BinaryPrimitives.ReadInt32BigEndian(bytes[1..]) is var length && bytes.Length < MessageHead + length)
        {
            return null;
        }

        var message = FromServer.Parser.ParseFrom(bytes.Slice(MessageHead, length));
        bytes[(MessageHead + length)..].CopyTo(bytes);
        _message.SetLength(bytes.Length - MessageHead - length);
        _message.Position = _message.Length;
        return message;
    }

    /// <summary>A frame, whole at the beginning of the buffer.</summary>
    private async ValueTask<(byte Type, byte Flags, int Body)> FrameAsync()
    {
        await FillAsync(FrameHead);
        var body = (_buffer[0] << 16) | (_buffer[1] << 8) | _buffer[2];
        await FillAsync(FrameHead + body);
        return (_buffer[3], _buffer[4], body);
    }

    private async ValueTask FillAsync(int wanted)
    {
        while (_have < wanted)
        {
            var read = await _stream.ReadAsync(_buffer.AsMemory(_have));
            _have += read > 0 ? read : throw new IOException("the server has closed the connection");
        }
    }

    private void Drop(int length)
    {
        _buffer.AsSpan(length, _have - length).CopyTo(_buffer);
        _have -= length;
    }

    private async Task SendAsync(byte[] bytes)
    {
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(bytes);
        }
        finally
        {
            _writing.Release();
        }
    }

    // Names by their numbers in the static table (RFC 7541, appendix A), values as they are.
    private static byte[] Call(string authority) =>
    [
        0x83, 0x87, // POST, https
        0x04, .. Text("/portlight.agents.v1.Agents/Connect"),
        0x01, .. Text(authority),
        0x0f, 0x10, .. Text("application/grpc"), // content-type
        0x00, .. Text("te"), .. Text("trailers"),
    ];

    private static byte[] Text(string text) => [checked((byte)(text.Length < 127 ? text.Length : 255)), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> body)
    {
        var bytes = new byte[FrameHead + body.Length];
        WriteHead(bytes, type, flags, stream, body.Length);
        body.CopyTo(bytes.AsSpan(FrameHead));
        return bytes;
    }

    private static void WriteHead(Span<byte> bytes, byte type, byte flags, int stream, int body)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes, (body << 8) | type);
        bytes[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes[5..], stream);
    }
}
