using Portlight.Wire;

namespace Portlight.Api;

/// <summary>What is about the installation (<see cref="OperationTraits.ForOwner"/>): only the account that owns it may, and of that account whom its policies allow.</summary>
internal static class Owner
{
    /// <exception cref="AccessDeniedException">The caller is of another account.</exception>
    public static void Require(Call call)
    {
        if (!call.Principal.OwnsInstallation)
        {
            throw new AccessDeniedException(
                $"User: {call.Principal.Arn} is not authorized to perform: portlight:{call.Operation} on resource: * because only the account that owns this installation may");
        }
    }
}
