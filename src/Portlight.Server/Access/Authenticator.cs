using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portlight.Domain;
using Portlight.Server.Operations;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Access;

/// <summary>
/// Whom a request stands for: verifies its signature, then that the key, the account and the region behind it are in use. There is no mode without
/// signatures.
/// </summary>
internal sealed class Authenticator(IStore store, AccessKeySecrets secrets, Principals principals, TimeProvider clock)
{
    private readonly FrozenDictionary<string, SigV4Verifier> verifiers = new[] { ApiService.Lightsail, ApiService.CloudTrail, ApiService.Iam, ApiService.Sts }
        .Select(service => service.SigningName)
        .ToFrozenDictionary(name => name, name => new SigV4Verifier(new SigV4Rules { Service = name }, clock), StringComparer.Ordinal);

    /// <summary>Sets the call's principal and region.</summary>
    /// <exception cref="LightsailException">The signature does not hold, or holds for nobody any more.</exception>
    public void Authenticate(Call call, HttpRequest request, ReadOnlySpan<byte> body)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var signed = new SigV4Request<RequestHeaders>(
            request.Method,
            question < 0 ? target : target[..question],
            question < 0 ? "" : target[(question + 1)..],
            new RequestHeaders(request.Headers),
            body);
        var verifier = verifiers[call.Entry!.Service.SigningName];
        if (!verifier.TryParse(signed, out var parsed, out var problem))
        {
            throw problem.ToException();
        }

        call.Audit.ClaimedAccessKeyId = parsed.AccessKeyId;
        var key = store.View.FindAccessKey(parsed.AccessKeyId);
        if (!verifier.Verify(parsed, signed, key is { IsActive: true } ? secrets.Of(key) : null, out problem))
        {
            throw problem.ToException();
        }

        // Only who holds the key's secret gets here, so the answers below tell a stranger nothing.
        if (parsed.SessionToken is not null)
        {
            throw new UnrecognizedClientException("The security token included in the request is invalid");
        }

        var owns = RequireAccount(key!);
        RequireRegion(parsed.Region);
        call.Region = parsed.Region;
        call.Principal = PrincipalOf(key!, owns);
    }

    /// <summary>The root for a key of no user, else the user with its policies, read this once.</summary>
    private Principal PrincipalOf(AccessKey key, bool owns)
    {
        if (key.UserName is null)
        {
            return new Principal { Type = PrincipalType.Account, AccountId = key.AccountId, AccessKeyId = key.Id, Arn = $"arn:aws:iam::{key.AccountId}:root", UserId = key.AccountId, OwnsInstallation = owns };
        }

        var user = store.View.FindUser(key.AccountId, key.UserName)
            ?? throw new UnauthenticatedException($"the user {key.UserName} of the account {key.AccountId} is gone; its credentials stand for nobody any more");
        return new Principal
        {
            Type = PrincipalType.User,
            AccountId = key.AccountId,
            AccessKeyId = key.Id,
            Arn = user.Arn,
            UserId = user.Id,
            UserName = user.Name,
            Tags = user.Tags,
            Policies = principals.Of(store.View, user),
            OwnsInstallation = owns,
        };
    }

    private bool RequireAccount(AccessKey key)
    {
        var account = store.View.FindAccount(key.AccountId);
        switch (account?.State)
        {
            case AccountState.Active:
                return account.IsOwner;
            case AccountState.SettingUp:
                throw new AccountSetupInProgressException($"the account {key.AccountId} is being set up; try again in a moment");
            default:
                throw new UnauthenticatedException($"the account {key.AccountId} is closed; its credentials stand for nobody any more");
        }
    }

    private void RequireRegion(string name)
    {
        var region = store.View.FindRegion(name);
        if (region is null)
        {
            var open = string.Join(", ", store.View.ListRegions().Select(known => known.Name));
            throw new InvalidSignatureException($"Credential should be scoped to a valid region, not '{name}'. This installation has opened: {open}.");
        }

        if (!region.IsReady)
        {
            throw new RegionSetupInProgressException($"the region {name} is being set up; try again in a moment");
        }
    }
}
