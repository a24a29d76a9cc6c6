using Portlight.Api;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>The user that a request without <c>UserName</c> is about: the user who signed it, or the root.</summary>
internal static class Caller
{
    /// <summary>The user by name; null when it is the root of the account.</summary>
    /// <param name="request">The request.</param>
    /// <param name="given">The name that it gives, if it does.</param>
    /// <exception cref="IamException">It gives none and a role signed it.</exception>
    public static string? UserOf(IamRequest request, string? given) => given is not null
        ? given
        : request.Call.Principal.Type switch
        {
            PrincipalType.Account => null,
            PrincipalType.User => request.Call.Principal.UserName,
            _ => throw NoUser(request),
        };

    /// <summary>Asks about the root itself, as which nothing else is asked about.</summary>
    public static void RequireOnRoot(IamRequest request)
    {
        request.Call.Resource = RootArn(request);
        Authorization.Require(request.Call, new AccessQuestion(request.Action, RootArn(request)));
    }

    public static string RootArn(IamRequest request) => $"arn:aws:iam::{request.AccountId}:root";

    private static IamException NoUser(IamRequest request) => IamException.Validation($"Must specify userName when calling with non-User credentials: {request.Call.Principal.Arn}");
}
