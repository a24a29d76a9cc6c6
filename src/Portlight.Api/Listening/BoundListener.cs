using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Portlight.Api;

/// <summary>
/// A listening address whose sockets are bound and listen already, while nobody answers yet: a client that connects waits in the backlog until Kestrel takes the
/// sockets. Kestrel by itself cannot bind without answering.
/// </summary>
internal sealed class BoundListener : IDisposable
{
    /// <summary>Kestrel's own default.</summary>
    private const int Backlog = 512;

    private readonly Socket[] _sockets;
    private readonly ServingCertificate? _certificate;

    private BoundListener(Uri address, Socket[] sockets, ServingCertificate? certificate)
    {
        Address = address;
        _sockets = sockets;
        _certificate = certificate;
    }

    /// <summary>As it was asked for, with the real port where 0 was asked for.</summary>
    public Uri Address { get; }

    /// <summary>Binds one address; localhost is both loopback addresses, or the one that this machine has.</summary>
    /// <param name="asked">Scheme, an IP address or localhost, and a port; port 0 takes a free one.</param>
    /// <param name="certificate">For https.</param>
    /// <exception cref="IOException">It cannot be listened on; nothing is bound.</exception>
    public static BoundListener Bind(Uri asked, ServingCertificate? certificate)
    {
        var sockets = new List<Socket>();
        try
        {
            if (ServeOptions.ListenAddress(asked) is { } address)
            {
                sockets.Add(Listen(new IPEndPoint(address, asked.Port)));
            }
            else
            {
                sockets.AddRange(ListenLocalhost(asked.Port));
            }

            var port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
            return new BoundListener(new UriBuilder(asked) { Port = port }.Uri, [.. sockets], certificate);
        }
        catch (SocketException refused)
        {
            throw new IOException($"cannot listen on {asked.Scheme}://{asked.Host}:{asked.Port}: {Reason(refused)}", refused);
        }
    }

    /// <summary>Makes Kestrel answer here: HTTP/1.1, with the certificate where there is one; or as <paramref name="configure"/> says.</summary>
    public void AddTo(KestrelServerOptions kestrel, Action<ListenOptions>? configure = null)
    {
        _certificate?.Log ??= kestrel.ApplicationServices.GetRequiredService<ILogger<ServingCertificate>>();
        foreach (var socket in _sockets)
        {
            kestrel.Listen((IPEndPoint)socket.LocalEndPoint!, listen =>
            {
                if (configure is not null)
                {
                    configure(listen);
                    return;
                }

                listen.Protocols = HttpProtocols.Http1;
                if (_certificate is not null)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate.Current }),
                    });
                }
            });
        }
    }

    /// <summary>The socket that is bound to this end point; null when none of these is.</summary>
    public Socket? Find(EndPoint endPoint) => Array.Find(_sockets, socket => socket.LocalEndPoint!.Equals(endPoint));

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private static List<Socket> ListenLocalhost(int port)
    {
        var ipv4 = Listen(new IPEndPoint(IPAddress.Loopback, port));
        if (port == 0)
        {
            return [ipv4];
        }

        try
        {
            return [ipv4, Listen(new IPEndPoint(IPAddress.IPv6Loopback, port))];
        }
        catch (SocketException absent) when (absent.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            return [ipv4];
        }
        catch
        {
            ipv4.Dispose();
            throw;
        }
    }

    private static Socket Listen(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            // Both at once: two sockets that are bound and do not listen may share a port.
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Reason(SocketException refused) => refused.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "another program listens there",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.AccessDenied => "ports below 1024 need root or CAP_NET_BIND_SERVICE",
        _ => refused.Message,
    };
}
