namespace Portlight.Console.Shell;

/// <summary>
/// What every answer tells the browser: nothing of another host, no inline script, no inline style sheet, in no frame. Styles of elements are allowed inline, because Blazor's Virtualize sets the
/// height of its spacers so (dotnet/aspnetcore issue 66840, fixed in .NET 11). Pages of other sites, which browsers name in <c>Origin</c>, open no connection.
/// </summary>
internal sealed class ResponseHeaders(RequestDelegate next)
{
    public const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' data:; style-src-elem 'self'; style-src-attr 'unsafe-inline'; base-uri 'self'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";

    public Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        if (http.Request.Path.StartsWithSegments("/_blazor") && !IsOwnOrigin(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        return next(http);
    }

    private static bool IsOwnOrigin(HttpRequest request) => request.Headers.Origin is [] || request.Headers.Origin == $"{request.Scheme}://{request.Host}";
}
