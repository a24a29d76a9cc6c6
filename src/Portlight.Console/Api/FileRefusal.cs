namespace Portlight.Console.Api;

/// <summary>The answer in place of a file that a person asked for.</summary>
internal static class FileRefusal
{
    /// <summary>To the page to sign in where the session is over; else what the server says, with a status of its own.</summary>
    public static IResult Of(ApiException exception) => exception.Kind == ApiFault.SignedOut
        ? Results.LocalRedirect("/sign-in")
        : Results.Text(exception.Message, statusCode: exception.Kind == ApiFault.Unreachable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status403Forbidden);
}
