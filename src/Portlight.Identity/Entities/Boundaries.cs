using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>Permissions boundaries in requests, for conditions and in the store.</summary>
internal static class Boundaries
{
    public const string Parameter = "PermissionsBoundary";

    /// <summary>The boundary that a new identity shall have; null for none.</summary>
    public static string? Read(IamRequest request) => request.Find(Parameter, IamRules.Arn);

    /// <summary>With the boundary as conditions see it.</summary>
    public static AccessQuestion Asking(AccessQuestion question, string? boundary) => IamKeys.With(question, IamKeys.PermissionsBoundary, boundary);

    public static void RequireAttachable(IStoreView view, string accountId, string? arn)
    {
        if (arn is not null && Principals.FindManaged(view, accountId, arn) is null)
        {
            throw IamException.NoSuchEntity($"Scope ARN: {arn} does not exist or is not attachable.");
        }
    }
}
