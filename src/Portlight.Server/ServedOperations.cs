using Portlight.Api;
using Portlight.Audit;
using Portlight.Identity;
using Portlight.Lightsail;
using Portlight.Wire.CloudTrail;

namespace Portlight.Server;

/// <summary>Every operation that a server answers.</summary>
internal static class ServedOperations
{
    public static OperationTable Of(Services services) => new(
    [
        .. LightsailEntries.All(services),
        .. InstallationEntries.All(services),
        OperationEntry.Of(
            ApiService.CloudTrail, "LookupEvents", AccessOn.Account, new LookupEvents(services.Store, services.Options.Region),
            () => CloudTrailJson.Default.LookupEventsRequest, () => CloudTrailJson.Default.LookupEventsResponse, OperationTraits.ReadOnly),
        .. IamOperations.All(services.Store, services.Principals, services.Secrets),
        .. StsOperations.All(services.Store, services.Principals, services.Sessions),
    ]);
}
