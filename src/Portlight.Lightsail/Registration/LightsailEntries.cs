using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The operations of Lightsail that Portlight has. Adding one takes its line here, its file and its tests (docs/adding-an-operation.md).</summary>
internal static class LightsailEntries
{
    public static IEnumerable<OperationEntry> All(Services services)
    {
        var entries = new List<OperationEntry>();
        AddPorts(entries, services);
        AddRecords(entries, services);
        AddInstances(entries, services);
        AddPlaces(entries, services.Store);
        AddStaticIps(entries, services);
        AddKeyPairs(entries, services);
        AddTags(entries, services.Store);
        return entries;
    }

    private static void AddPorts(List<OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        var ports = new PortChange(services);
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "PutInstancePublicPorts", AccessOn.Resource, new PutInstancePublicPorts(ports, services.Limits), () => json.PutInstancePublicPortsRequest, () => json.PutInstancePublicPortsResponse, OperationTraits.TakesConfirmation));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "OpenInstancePublicPorts", AccessOn.Resource, new OpenInstancePublicPorts(ports, services.Limits), () => json.OpenInstancePublicPortsRequest, () => json.OpenInstancePublicPortsResponse, OperationTraits.TakesConfirmation));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "CloseInstancePublicPorts", AccessOn.Resource, new CloseInstancePublicPorts(ports, services.Limits), () => json.CloseInstancePublicPortsRequest, () => json.CloseInstancePublicPortsResponse, OperationTraits.TakesConfirmation));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetInstancePortStates", AccessOn.Account, new GetInstancePortStates(services.Store, services.Options.AwsQuirks), () => json.GetInstancePortStatesRequest, () => json.GetInstancePortStatesResponse, OperationTraits.ReadOnly));
    }

    private static void AddRecords(List<OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetOperation", AccessOn.Account, new GetOperation(services.Store, services.Confirmation), () => json.GetOperationRequest, () => json.GetOperationResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetOperations", AccessOn.Account, new GetOperations(services.Store, services.Confirmation), () => json.GetOperationsRequest, () => json.GetOperationsResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetOperationsForResource", AccessOn.Account, new GetOperationsForResource(services.Store, services.Confirmation), () => json.GetOperationsForResourceRequest, () => json.GetOperationsForResourceResponse, OperationTraits.ReadOnly));
    }

    private static void AddInstances(List<OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "CreateInstances", AccessOn.Resource, new CreateInstances(services), () => json.CreateInstancesRequest, () => json.CreateInstancesResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetInstance", AccessOn.Account, new GetInstance(services), () => json.GetInstanceRequest, () => json.GetInstanceResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetInstances", AccessOn.Account, new GetInstances(services), () => json.GetInstancesRequest, () => json.GetInstancesResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetInstanceState", AccessOn.Account, new GetInstanceState(services.Store), () => json.GetInstanceStateRequest, () => json.GetInstanceStateResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetInstanceAccessDetails", AccessOn.Resource, new GetInstanceAccessDetails(services), () => json.GetInstanceAccessDetailsRequest, () => json.GetInstanceAccessDetailsResponse, OperationTraits.ReadOnly | OperationTraits.HandsOutSecret));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "DeleteInstance", AccessOn.Resource, new DeleteInstance(services), () => json.DeleteInstanceRequest, () => json.DeleteInstanceResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "StartInstance", AccessOn.Resource, new StartInstance(services), () => json.StartInstanceRequest, () => json.StartInstanceResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "StopInstance", AccessOn.Resource, new StopInstance(services), () => json.StopInstanceRequest, () => json.StopInstanceResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "RebootInstance", AccessOn.Resource, new RebootInstance(services), () => json.RebootInstanceRequest, () => json.RebootInstanceResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "SetIpAddressType", AccessOn.Resource, new SetIpAddressType(services), () => json.SetIpAddressTypeRequest, () => json.SetIpAddressTypeResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "UpdateInstanceMetadataOptions", AccessOn.Resource, new UpdateInstanceMetadataOptions(services), () => json.UpdateInstanceMetadataOptionsRequest, () => json.UpdateInstanceMetadataOptionsResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetActiveNames", AccessOn.Account, new GetActiveNames(services.Store), () => json.GetActiveNamesRequest, () => json.GetActiveNamesResponse, OperationTraits.ReadOnly));
    }

    private static void AddPlaces(List<OperationEntry> entries, IStore store)
    {
        var json = LightsailJson.Default;
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetRegions", AccessOn.Account, new GetRegions(store), () => json.GetRegionsRequest, () => json.GetRegionsResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetBlueprints", AccessOn.Account, new GetBlueprints(), () => json.GetBlueprintsRequest, () => json.GetBlueprintsResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetBundles", AccessOn.Account, new GetBundles(), () => json.GetBundlesRequest, () => json.GetBundlesResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "IsVpcPeered", AccessOn.Account, new IsVpcPeered(), () => json.IsVpcPeeredRequest, () => json.IsVpcPeeredResponse, OperationTraits.ReadOnly));
    }

    private static void AddStaticIps(List<OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "AllocateStaticIp", AccessOn.Account, new AllocateStaticIp(services), () => json.AllocateStaticIpRequest, () => json.AllocateStaticIpResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "AttachStaticIp", AccessOn.Resource, new AttachStaticIp(services), () => json.AttachStaticIpRequest, () => json.AttachStaticIpResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "DetachStaticIp", AccessOn.Resource, new DetachStaticIp(services), () => json.DetachStaticIpRequest, () => json.DetachStaticIpResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetStaticIp", AccessOn.Account, new GetStaticIp(services.Store), () => json.GetStaticIpRequest, () => json.GetStaticIpResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetStaticIps", AccessOn.Account, new GetStaticIps(services.Store), () => json.GetStaticIpsRequest, () => json.GetStaticIpsResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "ReleaseStaticIp", AccessOn.Resource, new ReleaseStaticIp(services.Store), () => json.ReleaseStaticIpRequest, () => json.ReleaseStaticIpResponse));
    }

    private static void AddKeyPairs(List<OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "CreateKeyPair", AccessOn.Resource, new CreateKeyPair(services.Store), () => json.CreateKeyPairRequest, () => json.CreateKeyPairResponse, OperationTraits.HandsOutSecret));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "ImportKeyPair", AccessOn.Account, new ImportKeyPair(services.Store), () => json.ImportKeyPairRequest, () => json.ImportKeyPairResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetKeyPair", AccessOn.Account, new GetKeyPair(services.Store), () => json.GetKeyPairRequest, () => json.GetKeyPairResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetKeyPairs", AccessOn.Account, new GetKeyPairs(services.Store), () => json.GetKeyPairsRequest, () => json.GetKeyPairsResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "DeleteKeyPair", AccessOn.Resource, new DeleteKeyPair(services), () => json.DeleteKeyPairRequest, () => json.DeleteKeyPairResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "DownloadDefaultKeyPair", AccessOn.Account, new DownloadDefaultKeyPair(services), () => json.DownloadDefaultKeyPairRequest, () => json.DownloadDefaultKeyPairResponse, OperationTraits.HandsOutSecret));
    }

    private static void AddTags(List<OperationEntry> entries, IStore store)
    {
        var json = LightsailJson.Default;
        var tags = new TagChange(store);
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "TagResource", AccessOn.Resource, new TagResource(tags), () => json.TagResourceRequest, () => json.TagResourceResponse));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "UntagResource", AccessOn.Resource, new UntagResource(tags), () => json.UntagResourceRequest, () => json.UntagResourceResponse));
    }
}
