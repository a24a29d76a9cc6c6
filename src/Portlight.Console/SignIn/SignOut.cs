using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace Portlight.Console.SignIn;

/// <summary>Ends a session, in every tab.</summary>
internal static class SignOut
{
    public static async Task<IResult> RunAsync(HttpContext http, Visit visit, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return Results.BadRequest();
        }

        await visit.EndAsync();
        await http.SignOutAsync();
        return Results.LocalRedirect("/sign-in");
    }
}
