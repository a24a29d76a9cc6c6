namespace Portlight.Console.Api;

/// <summary>Where the API answers, and the connections to it.</summary>
internal sealed class ApiEndpoint : IDisposable
{
    public ApiEndpoint(Uri address, string userAgent, TimeProvider clock)
    {
        (Address, Clock) = (address, clock);
        Http = Client(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false, UseCookies = false }, userAgent);
        NewConnections = Client(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, AllowAutoRedirect = false, UseCookies = false }, userAgent);
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

    private static HttpClient Client(SocketsHttpHandler handler, string userAgent)
    {
        // Longer than the longest wait for changes (25 s) and for the kernel (60 s).
        var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(90) };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
        return http;
    }
}
