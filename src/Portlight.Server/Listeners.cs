using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Portlight.Server;

/// <summary>Listening addresses as Kestrel takes them.</summary>
internal static class Listeners
{
    public static void Listen(KestrelServerOptions kestrel, Uri address, ServeOptions options)
    {
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            ListenPlain(kestrel, address);
            return;
        }

        var certificate = X509Certificate2.CreateFromPemFile(options.TlsCertificate!, options.TlsKey);
        Listen(kestrel, address, listen => listen.UseHttps(certificate));
    }

    public static void ListenPlain(KestrelServerOptions kestrel, Uri address) => Listen(kestrel, address, _ => { });

    private static void Listen(KestrelServerOptions kestrel, Uri address, Action<ListenOptions> configure)
    {
        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            configure(listen);
        }

        if (ServeOptions.ListenAddress(address) is { } ip)
        {
            kestrel.Listen(ip, address.Port, Configure);
        }
        else if (address.Port == 0)
        {
            kestrel.Listen(IPAddress.Loopback, 0, Configure);
        }
        else
        {
            kestrel.ListenLocalhost(address.Port, Configure);
        }
    }
}
