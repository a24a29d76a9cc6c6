using System.Text;
using Microsoft.AspNetCore.Http;
using Portlight.Fleet;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary>
/// What a visitor gets that speaks no AWS and signs nothing, a browser or <c>curl</c>: one line of text about where it is. Paths that nobody here names are no
/// visit: they are refused and recorded like any call. <c>OPTIONS</c> is answered because load balancers ask it by default; without a CORS header, so a web page
/// still cannot call: it would have to hold an access key.
/// </summary>
/// <remarks>The status is that of <c>/healthz</c>, so that a client that takes it for a health check is told the truth.</remarks>
internal static class FrontPage
{
    private const string Methods = "GET, HEAD, OPTIONS, POST", MetricsPath = "/metrics";

    public static bool IsAskedBy(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method)
        || ((HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && request.Path.Value is "/" or MetricsPath && !request.QueryString.HasValue && request.Headers.Authorization.Count == 0);

    public static Task AnswerAsync(HttpContext context, IStore store, HostRegistry hosts)
    {
        var (request, response) = (context.Request, context.Response);
        var isForMetrics = request.Path == MetricsPath && !HttpMethods.IsOptions(request.Method);
        var problem = Health.FindProblem(store, hosts);
        response.StatusCode = problem is not null ? StatusCodes.Status503ServiceUnavailable : isForMetrics ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        response.Headers.Allow = Methods;
        var line = isForMetrics
            ? "there are no metrics at this address: `portlight serve --metrics` gives them one\n"
            : "portlight: the API of Amazon Lightsail; point an AWS client here, `portlight env` prints its settings; /healthz says whether all is well\n";
        var text = Encoding.UTF8.GetBytes(line);
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = text.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(text).AsTask();
    }
}
