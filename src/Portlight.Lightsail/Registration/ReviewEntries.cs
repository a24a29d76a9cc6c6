using Portlight.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>The operations of Portlight's own API that look and change nothing; every account's.</summary>
internal static class ReviewEntries
{
    public static IEnumerable<OperationEntry> All(Services services)
    {
        var json = PortlightJson.Default;
        return
        [
            OperationEntry.Of(ApiService.Portlight, "PreviewPorts", AccessOn.Resource, new PreviewPorts(services), () => json.PreviewPortsRequest, () => json.PreviewPortsResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "ExplainPacket", AccessOn.Resource, new ExplainPacket(services), () => json.ExplainPacketRequest, () => json.ExplainPacketResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "CheckAccess", AccessOn.Nothing, new CheckAccess(services), () => json.CheckAccessRequest, () => json.CheckAccessResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "GetExposure", AccessOn.Account, new GetExposure(services), () => json.GetExposureRequest, () => json.GetExposureResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "ListFleet", AccessOn.Account, new ListFleet(services), () => json.ListFleetRequest, () => json.ListFleetResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "WatchChanges", AccessOn.Account, new WatchChanges(services), () => json.WatchChangesRequest, () => json.WatchChangesResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, ListConnections.Name, AccessOn.Resource, new ListConnections(services), () => json.ListConnectionsRequest, () => json.ListConnectionsResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "ListRefusals", AccessOn.Resource, new ListRefusals(services), () => json.ListRefusalsRequest, () => json.ListRefusalsResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "ListFleetRefusals", AccessOn.Account, new ListFleetRefusals(services), () => json.ListFleetRefusalsRequest, () => json.ListFleetRefusalsResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "GetPortCounters", AccessOn.Resource, new GetPortCounters(services), () => json.GetPortCountersRequest, () => json.GetPortCountersResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "GetPortTraffic", AccessOn.Resource, new GetPortTraffic(services), () => json.GetPortTrafficRequest, () => json.GetPortTrafficResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "ListUnusedPorts", AccessOn.Account, new ListUnusedPorts(services), () => json.ListUnusedPortsRequest, () => json.ListUnusedPortsResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "ListPortRevisions", AccessOn.Resource, new ListPortRevisions(services), () => json.ListPortRevisionsRequest, () => json.ListPortRevisionsResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "LookupActivity", AccessOn.Resource, new LookupActivity(services), () => json.LookupActivityRequest, () => json.LookupActivityResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "CountActivity", AccessOn.Resource, new CountActivity(services), () => json.CountActivityRequest, () => json.CountActivityResponse, OperationTraits.ReadOnly),
        ];
    }
}
