using Portlight.Wire;

namespace Portlight.Api;

/// <summary>What is asked before an operation runs, whatever its request says; the rest it asks by itself.</summary>
internal static class OperationAccess
{
    /// <exception cref="AccessDeniedException">The operation belongs to the owner of the installation, or the caller's policies do not allow it on the account.</exception>
    public static void Require(Call call)
    {
        var entry = call.Entry!;
        if (entry.IsForOwner)
        {
            Owner.Require(call);
        }

        if (entry.Access == AccessOn.Account)
        {
            Authorization.Require(call, new AccessQuestion(entry.Action, Authorization.AccountResource(call)));
        }
    }
}
