using Portlight.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>The operations on hosts, of Portlight's own API.</summary>
internal static class HostEntries
{
    public static IEnumerable<OperationEntry> All(Services services)
    {
        var json = PortlightJson.Default;
        return
        [
            OperationEntry.Of(ApiService.Portlight, "CreateHostToken", AccessOn.Resource, new CreateHostToken(services), () => json.CreateHostTokenRequest, () => json.CreateHostTokenResponse, OperationTraits.HandsOutSecret | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "ListHosts", AccessOn.Account, new ListHosts(services), () => json.ListHostsRequest, () => json.ListHostsResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "GetHost", AccessOn.Resource, new GetHost(services), () => json.GetHostRequest, () => json.GetHostResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "DrainHost", AccessOn.Resource, new DrainHost(services), () => json.DrainHostRequest, () => json.DrainHostResponse, OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "RevokeHost", AccessOn.Resource, new RevokeHost(services), () => json.RevokeHostRequest, () => json.RevokeHostResponse, OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "RemoveHost", AccessOn.Resource, new RemoveHost(services), () => json.RemoveHostRequest, () => json.RemoveHostResponse, OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "RotateHostAuthority", AccessOn.Account, new RotateHostAuthority(services), () => json.RotateHostAuthorityRequest, () => json.RotateHostAuthorityResponse, OperationTraits.ForOwner),
            OperationEntry.Of(ApiService.Portlight, "DiscoverGuests", AccessOn.Resource, new DiscoverGuests(services), () => json.DiscoverGuestsRequest, () => json.DiscoverGuestsResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner),
        ];
    }
}
