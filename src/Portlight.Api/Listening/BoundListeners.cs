using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Portlight.Api;

/// <summary>
/// All listening addresses of a server, bound together before anything else is begun: whatever can be wrong with a port or a certificate is found while the
/// store and the kernel are as they were.
/// </summary>
internal sealed class BoundListeners : IDisposable
{
    private BoundListeners(IReadOnlyList<BoundListener> api, BoundListener? metrics)
    {
        Api = api;
        Metrics = metrics;
    }

    /// <summary>Where the API answers, in the order of the settings.</summary>
    public IReadOnlyList<BoundListener> Api { get; }

    /// <summary>Where the metrics are; null for nowhere.</summary>
    public BoundListener? Metrics { get; }

    /// <exception cref="IOException">An address cannot be listened on, or the certificate is not usable; nothing is bound.</exception>
    public static BoundListeners Bind(ServeOptions options, TimeProvider clock)
    {
        var certificate = options.TlsCertificate is { } path ? ServingCertificate.Open(path, options.TlsKey!, clock) : null;
        var bound = new List<BoundListener>();
        try
        {
            foreach (var address in options.Listen)
            {
                bound.Add(BoundListener.Bind(address, address.Scheme == Uri.UriSchemeHttps ? certificate : null));
            }

            var metrics = options.Metrics is null ? null : BoundListener.Bind(options.Metrics, certificate: null);
            return new BoundListeners([.. bound], metrics);
        }
        catch
        {
            bound.ForEach(listener => listener.Dispose());
            throw;
        }
    }

    /// <summary>Kestrel on these addresses and no others.</summary>
    public static void UseKestrel(IWebHostBuilder host, IReadOnlyList<BoundListener> listeners, Action<KestrelServerOptions> configure)
    {
        host.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            configure(kestrel);
            foreach (var listener in listeners)
            {
                listener.AddTo(kestrel);
            }
        });
        host.ConfigureServices(services => services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = endPoint =>
            listeners.Select(listener => listener.Find(endPoint)).FirstOrDefault(socket => socket is not null)
            ?? throw new InvalidOperationException($"{endPoint} was not bound before the start")));
    }

    public void Dispose()
    {
        foreach (var listener in Api)
        {
            listener.Dispose();
        }

        Metrics?.Dispose();
    }
}
