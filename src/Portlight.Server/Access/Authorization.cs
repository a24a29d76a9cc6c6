using Portlight.Server.Operations;
using Portlight.Wire;

namespace Portlight.Server.Access;

/// <summary>Whether the caller of a request may do what it asks for.</summary>
internal static class Authorization
{
    /// <summary>The resource of actions that take no resource type: <c>arn:aws:lightsail:us-east-1:111122223333:*</c>, as the real service names it in refusals.</summary>
    public static string AccountResource(Call call) => call.Entry!.Service == ApiService.Lightsail || call.Entry.Service == ApiService.Portlight
        ? $"arn:aws:lightsail:{call.Region}:{call.Principal.AccountId}:*"
        : "*";

    /// <exception cref="AccessDeniedException">The caller's policies do not allow it.</exception>
    public static void Require(Call call, AccessQuestion question)
    {
        if (!call.Principal.IsRoot)
        {
            throw new AccessDeniedException($"User: {call.Principal.Arn} is not authorized to perform: {question.Action} on resource: {question.Resource}");
        }

        call.IsAuthorized = true;
    }
}
