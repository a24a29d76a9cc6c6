using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.PortlightApi;

namespace Portlight.Identity;

/// <summary>The operations of the STS API (Query protocol, version 2011-06-15) that Portlight has, and those of its own: one makes a session, one checks policies.</summary>
internal static class StsOperations
{
    public static IEnumerable<OperationEntry> All(IStore store, Principals principals, SessionTokens sessions)
    {
        var issuer = new SessionIssuer(sessions);
        return
        [
            OperationEntry.OfQuery(ApiService.Sts, "GetCallerIdentity", "", AccessOn.Nothing, GetCallerIdentity.RunAsync, OperationTraits.ReadOnly),
            OperationEntry.OfQuery(ApiService.Sts, "GetSessionToken", "DurationSeconds SerialNumber TokenCode", AccessOn.Nothing, new GetSessionToken(issuer).RunAsync, OperationTraits.ReadOnly | OperationTraits.HandsOutSecret),
            OperationEntry.OfQuery(ApiService.Sts, "AssumeRole", "DurationSeconds ExternalId Policy PolicyArns[arn] RoleArn RoleSessionName SerialNumber SourceIdentity Tags[Key Value] TokenCode TransitiveTagKeys[]", AccessOn.Resource, new AssumeRole(store, principals, issuer).RunAsync, OperationTraits.HandsOutSecret),
            OperationEntry.Of(
                ApiService.Portlight, "SignIn", AccessOn.Account, new SignIn(issuer), () => PortlightJson.Default.SignInRequest, () => PortlightJson.Default.SignInResponse, OperationTraits.ReadOnly | OperationTraits.HandsOutSecret),
            OperationEntry.Of(
                ApiService.Portlight, "CheckPolicy", AccessOn.Nothing, new CheckPolicy(), () => PortlightJson.Default.CheckPolicyRequest, () => PortlightJson.Default.CheckPolicyResponse, OperationTraits.ReadOnly),
            OperationEntry.OfQuery(ApiService.Sts, "GetAccessKeyInfo", "AccessKeyId", AccessOn.Account, new GetAccessKeyInfo(store).RunAsync, OperationTraits.ReadOnly),
        ];
    }
}
