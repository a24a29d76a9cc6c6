using Portlight.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>The operations of Portlight's own API: what an installation has and Lightsail has not.</summary>
internal static class InstallationEntries
{
    public static IEnumerable<OperationEntry> All(Services services)
    {
        var json = PortlightJson.Default;
        return
        [
            OperationEntry.Of(ApiService.Portlight, "AttachInstance", AccessOn.Resource, new AttachInstance(services), () => json.AttachInstanceRequest, () => json.AttachInstanceResponse, OperationTraits.TakesConfirmation | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "DetachInstance", AccessOn.Resource, new DetachInstance(services), () => json.DetachInstanceRequest, () => json.DetachInstanceResponse, OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, ConfirmPorts.Name, AccessOn.Resource, new ConfirmPorts(services), () => json.ConfirmPortsRequest, () => json.ConfirmPortsResponse),
            OperationEntry.Of(ApiService.Portlight, "ApplyPorts", AccessOn.Resource, new ApplyPorts(services, new PortChange(services)), () => json.ApplyPortsRequest, () => json.ApplyPortsResponse, OperationTraits.TakesConfirmation),
            OperationEntry.Of(ApiService.Portlight, "GetStatus", AccessOn.Account, new GetStatus(services), () => json.GetStatusRequest, () => json.GetStatusResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "CreateAccount", AccessOn.Account, new CreateAccount(services.Store, services.Secrets, services.Setup), () => json.CreateAccountRequest, () => json.CreateAccountResponse, OperationTraits.HandsOutSecret | OperationTraits.ShowsResult | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "CloseAccount", AccessOn.Account, new CloseAccount(services.Store), () => json.CloseAccountRequest, () => json.CloseAccountResponse, OperationTraits.ShowsResult | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "ListAccounts", AccessOn.Account, new ListAccounts(services.Store), () => json.ListAccountsRequest, () => json.ListAccountsResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "OpenRegion", AccessOn.Account, new OpenRegionOperation(services.Store, services.Setup), () => json.OpenRegionRequest, () => json.OpenRegionResponse, OperationTraits.ShowsResult | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "ListRegions", AccessOn.Account, new ListRegions(services.Store), () => json.ListRegionsRequest, () => json.ListRegionsResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner),
            .. NameEntries.All(services),
        ];
    }
}
