using Portlight.Server.Access;

namespace Portlight.Server.Operations.Sts;

/// <summary>The operations of the STS API (Query protocol, version 2011-06-15) that Portlight has.</summary>
internal static class StsOperations
{
    public static IEnumerable<OperationEntry> All(Services services)
    {
        var issuer = new SessionIssuer(services.Sessions);
        return
        [
            OperationEntry.OfQuery(ApiService.Sts, "GetCallerIdentity", AccessOn.Nothing, GetCallerIdentity.RunAsync, OperationTraits.ReadOnly),
            OperationEntry.OfQuery(ApiService.Sts, "GetSessionToken", AccessOn.Nothing, new GetSessionToken(issuer).RunAsync, OperationTraits.ReadOnly | OperationTraits.HandsOutSecret),
            OperationEntry.OfQuery(ApiService.Sts, "AssumeRole", AccessOn.Resource, new AssumeRole(services.Store, services.Principals, issuer).RunAsync, OperationTraits.HandsOutSecret),
            OperationEntry.OfQuery(ApiService.Sts, "GetAccessKeyInfo", AccessOn.Account, new GetAccessKeyInfo(services.Store).RunAsync, OperationTraits.ReadOnly),
        ];
    }
}
