using Portlight.Api;
using Portlight.Audit;
using Portlight.Identity;
using Portlight.Lightsail;
using Portlight.Wire.CloudTrail;

namespace Portlight.Server;

/// <summary>Every operation that a server answers.</summary>
internal static class ServedOperations
{
    /// <param name="services">What they work on.</param>
    /// <param name="made">Made of each, and answered in its place; null for each as it is.</param>
    public static OperationTable Of(Services services, Func<OperationEntry, OperationEntry>? made = null) => new([.. All(services).Select(made ?? (entry => entry))]);

    private static IEnumerable<OperationEntry> All(Services services) =>
    [
        .. LightsailEntries.All(services),
        .. InstallationEntries.All(services),
        .. HostEntries.All(services),
        .. ReviewEntries.All(services),
        OperationEntry.Of(
            ApiService.CloudTrail, "LookupEvents", AccessOn.Account, new LookupEvents(services.Store, services.Options.Region),
            () => CloudTrailJson.Default.LookupEventsRequest, () => CloudTrailJson.Default.LookupEventsResponse, OperationTraits.ReadOnly),
        .. IamOperations.All(services.Store, services.Principals, services.Secrets),
        .. StsOperations.All(services.Store, services.Principals, services.Sessions),
    ];
}
