using Portlight.Server.Access;

namespace Portlight.Server.Operations.Sts;

/// <summary>The operations of the STS API (Query protocol, version 2011-06-15) that Portlight has.</summary>
internal static class StsOperations
{
    public static IEnumerable<OperationEntry> All(Services services)
    {
        yield return OperationEntry.OfQuery(ApiService.Sts, "GetCallerIdentity", AccessOn.Nothing, GetCallerIdentity.RunAsync);
    }
}
