using System.Text;
using Microsoft.AspNetCore.Http;
using Portlight.Fleet;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary>
/// <c>/healthz</c>, unsigned, for GET and HEAD: 200 <c>ok</c>, or 503 with one word and what it means. Says nothing about what is stored.
/// </summary>
internal static class Health
{
    public const string Path = "/healthz";

    public static bool IsAskedBy(HttpRequest request) => request.Path == Path && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));

    public static Task AnswerAsync(HttpContext context, IStore store, HostRegistry hosts)
    {
        var problem = FindProblem(store, hosts);
        var text = Encoding.UTF8.GetBytes((problem ?? "ok") + "\n");
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = text.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(text).AsTask();
    }

    /// <summary>What is wrong, in a line; null when all is well.</summary>
    public static string? FindProblem(IStore store, HostRegistry hosts)
    {
        if (store.Problem is { } problem)
        {
            return problem switch
            {
                { IsDiskFull: true } => "disk-full: the last write found no room",
                _ when store.Stopped.IsCompleted => "store-stopped: portlight has to be started again",
                _ => "store-failing: the last write failed",
            };
        }

        try
        {
            _ = store.View.ListRegions();
        }
        catch (StoreException)
        {
            return "store-failing: the store does not answer";
        }

        return hosts.Local.IsEnforcing ? null : "not-enforcing: what is stored could not be made true in the kernel; trying again";
    }
}
