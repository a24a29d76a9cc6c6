using Portlight.Wire;

namespace Portlight.Server.Operations.Installation;

/// <summary>What only the account that owns the installation may do.</summary>
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
