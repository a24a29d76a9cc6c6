using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.SigV4;

namespace Portlight.Api;

/// <summary>
/// Which caller a request is of: verifies its signature, with the secret of an access key or of a session, then that the account, the user or role and the region
/// behind it are in use. There is no mode without signatures.
/// </summary>
internal sealed class Authenticator(IStore store, AccessKeySecrets secrets, SessionTokens sessions, Principals principals, RefusalBrake brake, KeyUses uses, TimeProvider clock)
{
    /// <summary>The region that clients sign requests to global services for, whichever they work in.</summary>
    private const string GlobalRegion = "us-east-1";

    /// <summary>What SDKs sign for that are told this region and an endpoint: with AWS's own endpoints they make us-east-1 of it.</summary>
    private const string AnyRegion = "aws-global";

    /// <summary>AWS's words for a session token that is none; a full stop less than those for an access key id.</summary>
    private const string BadToken = "The security token included in the request is invalid";

    /// <summary>Looked up where a key is there and must cost what one costs that is not.</summary>
    private const string NobodysKeyId = "";

    private readonly FrozenDictionary<string, SigV4Verifier> _verifiers = new[] { ApiService.Lightsail, ApiService.CloudTrail, ApiService.Iam, ApiService.Sts }
        .Select(service => service.SigningName)
        .ToFrozenDictionary(name => name, name => new SigV4Verifier(new SigV4Rules { Service = name }, clock), StringComparer.Ordinal);

    /// <summary>Lets what the call is decided by be as new as its arrival, where several servers share a database.</summary>
    /// <exception cref="StoreException">Nobody can say whether it is.</exception>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => store.CatchUpAsync(cancellationToken);

    /// <summary>Sets the call's principal and region; of a call that is refused, when it may be answered.</summary>
    /// <param name="call">The call.</param>
    /// <param name="request">Its request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="cancellationToken">Ends the delay of a refusal.</param>
    /// <exception cref="LightsailException">The signature is wrong, or the user, role or account behind the key is gone.</exception>
    public void Authenticate(Call call, HttpRequest request, ReadOnlySpan<byte> body, CancellationToken cancellationToken)
    {
        var view = store.View;
        if (Verify(view, call, request, body, out var parsed, out var holder) is { } refusal)
        {
            // A caller that hangs up meanwhile is recorded all the same: the call has ended, and only its answer waits.
            call.AnswersAfter = brake.DelayAsync(call.Origin.Source, cancellationToken);
            throw refusal;
        }

        // A caller without the secret does not get here: the answers below leak nothing to unauthenticated callers.
        RequireHolder(call, holder!);
        RequireService(call, holder!);
        RequireRegion(view, call.Entry!.Service, parsed!.Region);
        call.Region = parsed.Region == AnyRegion ? GlobalRegion : parsed.Region;
        call.Principal = holder!.ToPrincipal(view, principals, parsed.AccessKeyId);
        if (holder.Session is null)
        {
            uses.Note(parsed.AccessKeyId, parsed.Scope.Service, call.Region);
        }
    }

    /// <summary>
    /// Looks at the form of a signature before a body is waited for: a caller without one need not send the body. Whether anybody has the key is looked at later, for all alike, or the
    /// refusal would tell.
    /// </summary>
    /// <exception cref="LightsailException">There is no signature, or not the whole of one.</exception>
    public static void RequireForm(HttpRequest request)
    {
        if (SigV4Verifier.FindProblemOfForm(Signed(request, [])) is { } problem)
        {
            throw problem.ToException();
        }
    }

    private static SigV4Request<RequestHeaders> Signed(HttpRequest request, ReadOnlySpan<byte> body)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return new SigV4Request<RequestHeaders>(
            request.Method,
            question < 0 ? target : target[..question],
            question < 0 ? "" : target[(question + 1)..],
            new RequestHeaders(request.Headers),
            body);
    }

    /// <summary>The refusal of a signature that does not hold, to be told after a while; null when it holds.</summary>
    /// <exception cref="LightsailException">It has not the form of a signature for this service and time: no secret was tried.</exception>
    private LightsailException? Verify(IStoreView view, Call call, HttpRequest request, ReadOnlySpan<byte> body, out ParsedSignature? parsed, out Holder? holder)
    {
        var signed = Signed(request, body);
        var verifier = _verifiers[call.Entry!.Service.SigningName];
        if (!verifier.TryParse(signed, out parsed, out var problem))
        {
            throw problem.ToException();
        }

        call.Audit.ClaimedAccessKeyId = parsed.AccessKeyId;
        string? secret;
        if (parsed.SessionToken is { } token)
        {
            if (sessions.Open(token) is not { } session || session.AccessKeyId != parsed.AccessKeyId)
            {
                holder = null;
                return new UnrecognizedClientException(BadToken);
            }

            (holder, secret) = (Holder.Of(view, session), session.Secret);
        }
        else
        {
            (holder, secret) = FindKey(view, parsed.AccessKeyId);
        }

        if (verifier.Verify(parsed, signed, secret, out problem))
        {
            return null;
        }

        // A wrong signature by a key that is no longer valid is told what one by an unknown key is told.
        return holder is { Session: null, Gone: not null } ? new UnrecognizedClientException(UnrecognizedClientException.UnknownKey) : problem.ToException();
    }

    /// <summary>
    /// An unknown key, an inactive one and one that is no longer valid are told the same, and cost the same: one row that is not in the store, one signature
    /// that is worked out (with a secret that nobody has where there is none).
    /// </summary>
    private (Holder? Holder, string? Secret) FindKey(IStoreView view, string id)
    {
        var key = view.FindAccessKey(id);
        var holder = key is null ? null : Holder.Of(view, key);
        if ((key is { IsActive: false } || holder is { Gone: not null }) && holder is { IsUserMissing: false })
        {
            _ = view.FindAccessKey(NobodysKeyId);
        }

        return key is { IsActive: true } ? (holder, secrets.Of(key)) : (null, null);
    }

    private static void RequireHolder(Call call, Holder holder)
    {
        if (holder.Session is { } session && call.Now >= session.ExpiresAt)
        {
            throw new ExpiredTokenException("The security token included in the request is expired");
        }

        if (holder.Gone is { } reason)
        {
            throw new UnauthenticatedException(reason);
        }

        if (holder.Account!.State == AccountState.SettingUp)
        {
            throw new AccountSetupInProgressException($"the account {holder.Account.Id} is being set up; try again in a moment");
        }
    }

    /// <summary>A session of GetSessionToken without multi-factor authentication, which nobody has here, cannot call IAM (STS API reference); in AWS's words.</summary>
    private static void RequireService(Call call, Holder holder)
    {
        if (holder.Session?.Kind == SessionKind.Caller && call.Entry!.Service == ApiService.Iam)
        {
            throw new UnrecognizedClientException(BadToken);
        }
    }

    private static void RequireRegion(IStoreView view, ApiService service, string name)
    {
        var region = view.FindRegion(name);
        if (service.IsForEveryRegion && (region is not null || Regions.Find(name) is not null || name == AnyRegion))
        {
            return;
        }

        if (region is null)
        {
            var open = string.Join(", ", view.ListRegions().Select(known => known.Name));
            throw new InvalidSignatureException($"Credential should be scoped to a valid region, not '{name}'. This installation has opened: {open}.");
        }

        if (!region.IsReady)
        {
            throw new RegionSetupInProgressException($"the region {name} is being set up; try again in a moment");
        }
    }
}
