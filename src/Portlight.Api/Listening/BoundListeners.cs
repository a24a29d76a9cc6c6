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
    private BoundListeners(IReadOnlyList<BoundListener> api, BoundListener? metrics, IReadOnlyList<BoundListener> agents)
    {
        Api = api;
        Metrics = metrics;
        Agents = agents;
    }

    /// <summary>Where the API answers, in the order of the settings.</summary>
    public IReadOnlyList<BoundListener> Api { get; }

    /// <summary>Where the metrics are; null for nowhere.</summary>
    public BoundListener? Metrics { get; }

    /// <summary>Where agents on other machines connect; none where they cannot.</summary>
    public IReadOnlyList<BoundListener> Agents { get; }

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

            BoundListener[] api = [.. bound];
            foreach (var address in options.Agents)
            {
                bound.Add(BoundListener.Bind(address, certificate: null));
            }

            var metrics = options.Metrics is null ? null : BoundListener.Bind(options.Metrics, certificate: null);
            return new BoundListeners(api, metrics, bound[api.Length..]);
        }
        catch
        {
            bound.ForEach(listener => listener.Dispose());
            throw;
        }
    }

    /// <summary>Kestrel on these addresses and no others.</summary>
    /// <param name="host">The web server.</param>
    /// <param name="listeners">The addresses.</param>
    /// <param name="configure">Sets its bounds.</param>
    /// <param name="configureListener">What each of them speaks; null for HTTP/1.1.</param>
    public static void UseKestrel(
        IWebHostBuilder host, IReadOnlyList<BoundListener> listeners, Action<KestrelServerOptions> configure, Action<ListenOptions>? configureListener = null)
    {
        host.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            configure(kestrel);
            foreach (var listener in listeners)
            {
                listener.AddTo(kestrel, configureListener);
            }
        });
        host.ConfigureServices(services => services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = endPoint =>
            listeners.Select(listener => listener.Find(endPoint)).FirstOrDefault(socket => socket is not null)
            ?? throw new InvalidOperationException($"{endPoint} was not bound before the start")));
    }

    public void Dispose()
    {
        foreach (var listener in Api.Concat(Agents))
        {
            listener.Dispose();
        }

        Metrics?.Dispose();
    }
}
