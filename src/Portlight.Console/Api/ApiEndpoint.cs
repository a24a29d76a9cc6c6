using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Portlight.Console.Settings;
using Portlight.Wire.Client;

namespace Portlight.Console.Api;

/// <summary>Where the API answers, and the connections to it.</summary>
internal sealed class ApiEndpoint : IDisposable
{
    public ApiEndpoint(ConsoleSettings settings, TimeProvider clock)
    {
        (Address, Clock) = (settings.Api, clock);
        Http = Client(settings, TimeSpan.FromMinutes(5));
        NewConnections = Client(settings, TimeSpan.Zero);
    }

    public Uri Address { get; }

    public TimeProvider Clock { get; }

    public HttpClient Http { get; }

    /// <summary>Every call has a connection of its own: a confirmation counts only by one that was made after the change.</summary>
    public HttpClient NewConnections { get; }

    public void Dispose()
    {
        Http.Dispose();
        NewConnections.Dispose();
    }

    private static HttpClient Client(ConsoleSettings settings, TimeSpan lifetime)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = lifetime, AllowAutoRedirect = false, UseCookies = false };
        if (settings.ApiCertificate is { } file)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) => errors == SslPolicyErrors.None || IsIn(file, shown);
        }

        // Longer than the longest wait for changes (25 s) and for the kernel (60 s).
        var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(90) };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"portlight-console/{ConsoleSettings.Release}");
        if (settings.Ticket is { } ticket)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation(ProxyTicket.Header, ticket);
        }

        return http;
    }

    /// <summary>Read at each connection, because a certificate is renewed in its file.</summary>
    private static bool IsIn(string file, X509Certificate? shown)
    {
        try
        {
            using var own = X509CertificateLoader.LoadCertificateFromFile(file);
            return shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(own.RawDataMemory.Span);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            return false;
        }
    }
}
