using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
    public static BoundListeners Bind(ServeOptions options)
    {
        var certificate = ReadCertificate(options);
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

    private static string ReadPem(string setting, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"`{setting}`: {absent.Message}", absent);
        }
    }

    private static string Reason(string certificate, string key) =>
        !certificate.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal) ? "the first is not a certificate in PEM"
        : key.Contains("ENCRYPTED", StringComparison.Ordinal) ? "the key is encrypted; `openssl pkey -in KEY -out NEW` writes one without a passphrase"
        : !key.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? "the second is not a private key in PEM"
        : "the key is damaged, or belongs to another certificate";

    private static X509Certificate2? ReadCertificate(ServeOptions options)
    {
        if (options.TlsCertificate is null)
        {
            return null;
        }

        var certificate = ReadPem("tls-cert", options.TlsCertificate);
        var key = ReadPem("tls-key", options.TlsKey!);
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            throw new IOException($"`tls-cert` {options.TlsCertificate} and `tls-key` {options.TlsKey} cannot be used: {Reason(certificate, key)}", unusable);
        }
    }
}
