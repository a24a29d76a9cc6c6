using Microsoft.AspNetCore.Http;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary><c>GET /healthz</c>, unsigned: 200 while the store answers, 503 while it does not. Says nothing about what is stored.</summary>
internal static class Health
{
    public static async Task AnswerAsync(HttpContext context, Services services)
    {
        try
        {
            _ = services.Store.View.ListRegions();
        }
        catch (StoreException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("the store does not answer\n");
            return;
        }

        await context.Response.WriteAsync("ok\n");
    }
}
