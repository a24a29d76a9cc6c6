using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Identity;

/// <summary>
/// Exchanges an access key for the session of a console. It is the caller's own, as one of GetSessionToken, and IAM takes it; so it is asked for by policies (GetSessionToken is not), has a bounded age,
/// is made with an access key alone, ends with that key, and shows in every event that it makes. Conditions see a session: <c>aws:TokenIssueTime</c>, and <c>aws:MultiFactorAuthPresent</c> as <c>false</c>.
/// </summary>
internal sealed class SignIn(SessionIssuer issuer) : IOperation<SignInRequest, SignInResponse>
{
    public Task<SignInResponse> HandleAsync(Call call, SignInRequest request)
    {
        if (request.DurationSeconds is { } asked and (< Durations.Shortest or > Durations.HalfDay))
        {
            throw new InvalidInputException($"durationSeconds: {asked} is not from {Durations.Shortest} to {Durations.HalfDay}");
        }

        if (call.Principal.IsSession)
        {
            throw new AccessDeniedException("Cannot call SignIn with session credentials");
        }

        var most = call.Principal.IsRoot ? Durations.Hour : Durations.HalfDay;
        var session = SessionIssuer.Begin(call, call.Principal.AccountId, Math.Min(request.DurationSeconds ?? most, most)) with { Kind = SessionKind.Console };
        return Task.FromResult(new SignInResponse
        {
            Arn = call.Principal.Arn,
            AccountId = call.Principal.AccountId,
            Credentials = new SessionCredentials { AccessKeyId = session.AccessKeyId, SecretAccessKey = session.Secret, SessionToken = issuer.Seal(call, session), ExpiresAt = session.ExpiresAt },
        });
    }
}
