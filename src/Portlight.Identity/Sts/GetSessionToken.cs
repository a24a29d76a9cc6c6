using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// Temporary credentials of the caller itself. It needs no permission, and no policy can deny it (IAM user guide, permissions for GetSessionToken). They may do what
/// the caller may, but call no IAM and of STS only AssumeRole and GetCallerIdentity.
/// </summary>
internal sealed class GetSessionToken(SessionIssuer issuer)
{
    /// <summary>What a code of a device is told, of which nobody has one here; AWS's words for one that the user does not have.</summary>
    internal const string NoDevice = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.";

    public Task RunAsync(Call call, QueryRequest form, XmlAnswer answer)
    {
        var request = new IamRequest(call, form);
        var asked = request.FindNumber("DurationSeconds", Durations.Shortest, Durations.LongestOfCaller);
        request.Done();
        if (call.Principal.IsSession)
        {
            throw new AccessDeniedException("Cannot call GetSessionToken with session credentials");
        }

        if (form.Find("SerialNumber") is not null || form.Find("TokenCode") is not null)
        {
            throw new AccessDeniedException(NoDevice);
        }

        var seconds = call.Principal.IsRoot ? Math.Min(asked ?? Durations.Hour, Durations.Hour) : asked ?? Durations.HalfDay;
        issuer.Write(call, answer, SessionIssuer.Begin(call, call.Principal.AccountId, seconds), packedTerms: []);
        return Task.CompletedTask;
    }
}
