using System.Collections.Frozen;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Identity;
using Portlight.Lightsail;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.CloudTrail;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.Query;

namespace Portlight.Server;

/// <summary>Every operation of every service: those of JSON services by target, <c>Lightsail_20161128.PutInstancePublicPorts</c>, those of Query services by version and action.</summary>
internal sealed class OperationTable
{
    private readonly FrozenDictionary<string, OperationEntry> byTarget;
    private readonly FrozenDictionary<(string Version, string Action), OperationEntry> byAction;

    public OperationTable(Services services)
    {
        var entries = new List<OperationEntry>();
        AddPorts(entries, services);
        AddRecords(entries, services.Store);
        AddInstances(entries, services);
        AddPlaces(entries, services.Store);
        AddStaticIps(entries, services);
        AddKeyPairs(entries, services);
        AddTags(entries, services.Store);
        AddInstallation(entries, services);
        entries.Add(OperationEntry.Of(
            ApiService.CloudTrail, "LookupEvents", AccessOn.Account, new LookupEvents(services.Store, services.Options.Region),
            () => CloudTrailJson.Default.LookupEventsRequest, () => CloudTrailJson.Default.LookupEventsResponse, OperationTraits.ReadOnly));
        entries.AddRange(IamOperations.All(services.Store, services.Principals, services.Secrets));
        entries.AddRange(StsOperations.All(services.Store, services.Principals, services.Sessions));
        Entries = entries;
        byTarget = entries
            .SelectMany(entry => entry.Service.TargetPrefixes.Select(prefix => (Target: prefix + entry.Name, Entry: entry)))
            .ToFrozenDictionary(one => one.Target, one => one.Entry, StringComparer.Ordinal);
        byAction = entries.Where(entry => entry.Service.SpeaksQuery).ToFrozenDictionary(entry => (entry.Service.Version!, entry.Name));
    }

    public IReadOnlyList<OperationEntry> Entries { get; }

    /// <summary>The operation of a JSON service.</summary>
    /// <param name="target">The header <c>X-Amz-Target</c>; null when it is not there once.</param>
    /// <exception cref="UnknownOperationException">No service that is spoken here has it.</exception>
    /// <exception cref="InvalidInputException">Lightsail has it and Portlight does not.</exception>
    public OperationEntry Find(string? target)
    {
        if (target is not null && byTarget.TryGetValue(target, out var entry))
        {
            return entry;
        }

        if (target is null)
        {
            throw new UnknownOperationException("no operation is named: neither by one header X-Amz-Target, as of Lightsail and CloudTrail, nor by a parameter Action, as of IAM and STS");
        }

        if (ApiService.OfTarget(target) is not var (service, operation))
        {
            throw new UnknownOperationException($"the header X-Amz-Target names an operation of a service that is not here: {UserText.Excerpt(target)}");
        }

        if (service == ApiService.Lightsail && LightsailOperations.All.Contains(operation))
        {
            throw new InvalidInputException($"{operation} is an operation of Lightsail that Portlight does not have") { Code = ErrorCodes.UnsupportedOperation };
        }

        throw new UnknownOperationException($"{service.EventSource} has no operation {UserText.Excerpt(operation)} here");
    }

    /// <summary>The operation of a Query service.</summary>
    /// <exception cref="UnknownOperationException">No service that is spoken here has it.</exception>
    public OperationEntry Find(QueryRequest query) => byAction.TryGetValue((query.Version, query.Action), out var entry)
        ? entry
        : throw new UnknownOperationException($"Could not find operation {UserText.Excerpt(query.Action)} for version {UserText.Excerpt(query.Version)}");

    private static void AddPorts(List<OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        var ports = new PortChange(services);
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "PutInstancePublicPorts", AccessOn.Resource, new PutInstancePublicPorts(ports, services.Limits), () => json.PutInstancePublicPortsRequest, () => json.PutInstancePublicPortsResponse, OperationTraits.TakesConfirmation));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "OpenInstancePublicPorts", AccessOn.Resource, new OpenInstancePublicPorts(ports, services.Limits), () => json.OpenInstancePublicPortsRequest, () => json.OpenInstancePublicPortsResponse, OperationTraits.TakesConfirmation));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "CloseInstancePublicPorts", AccessOn.Resource, new CloseInstancePublicPorts(ports, services.Limits), () => json.CloseInstancePublicPortsRequest, () => json.CloseInstancePublicPortsResponse, OperationTraits.TakesConfirmation));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetInstancePortStates", AccessOn.Account, new GetInstancePortStates(services.Store, services.Options.AwsQuirks), () => json.GetInstancePortStatesRequest, () => json.GetInstancePortStatesResponse, OperationTraits.ReadOnly));
    }

    private static void AddRecords(List<OperationEntry> entries, IStore store)
    {
        var json = LightsailJson.Default;
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetOperation", AccessOn.Account, new GetOperation(store), () => json.GetOperationRequest, () => json.GetOperationResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetOperations", AccessOn.Account, new GetOperations(store), () => json.GetOperationsRequest, () => json.GetOperationsResponse, OperationTraits.ReadOnly));
        entries.Add(OperationEntry.Of(ApiService.Lightsail, "GetOperationsForResource", AccessOn.Account, new GetOperationsForResource(store), () => json.GetOperationsForResourceRequest, () => json.GetOperationsForResourceResponse, OperationTraits.ReadOnly));
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

    private static void AddInstallation(List<OperationEntry> entries, Services services)
    {
        var json = PortlightJson.Default;
        entries.Add(OperationEntry.Of(ApiService.Portlight, "AttachInstance", AccessOn.Resource, new AttachInstance(services), () => json.AttachInstanceRequest, () => json.AttachInstanceResponse, OperationTraits.TakesConfirmation | OperationTraits.ForOwner));
        entries.Add(OperationEntry.Of(ApiService.Portlight, "DetachInstance", AccessOn.Resource, new DetachInstance(services), () => json.DetachInstanceRequest, () => json.DetachInstanceResponse, OperationTraits.ForOwner));
        entries.Add(OperationEntry.Of(ApiService.Portlight, ConfirmPorts.Name, AccessOn.Resource, new ConfirmPorts(services), () => json.ConfirmPortsRequest, () => json.ConfirmPortsResponse));
        entries.Add(OperationEntry.Of(ApiService.Portlight, "GetStatus", AccessOn.Account, new GetStatus(services), () => json.GetStatusRequest, () => json.GetStatusResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner));
        entries.Add(OperationEntry.Of(ApiService.Portlight, "GetPacketVerdict", AccessOn.Account, new GetPacketVerdict(services), () => json.GetPacketVerdictRequest, () => json.GetPacketVerdictResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner));
        entries.Add(OperationEntry.Of(ApiService.Portlight, "CreateAccount", AccessOn.Account, new CreateAccount(services.Store, services.Secrets, services.Setup), () => json.CreateAccountRequest, () => json.CreateAccountResponse, OperationTraits.HandsOutSecret | OperationTraits.ForOwner));
        entries.Add(OperationEntry.Of(ApiService.Portlight, "CloseAccount", AccessOn.Account, new CloseAccount(services.Store), () => json.CloseAccountRequest, () => json.CloseAccountResponse, OperationTraits.ForOwner));
        entries.Add(OperationEntry.Of(ApiService.Portlight, "ListAccounts", AccessOn.Account, new ListAccounts(services.Store), () => json.ListAccountsRequest, () => json.ListAccountsResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner));
        entries.Add(OperationEntry.Of(ApiService.Portlight, "OpenRegion", AccessOn.Account, new OpenRegionOperation(services.Store, services.Setup), () => json.OpenRegionRequest, () => json.OpenRegionResponse, OperationTraits.ForOwner));
        entries.Add(OperationEntry.Of(ApiService.Portlight, "ListRegions", AccessOn.Account, new ListRegions(services.Store), () => json.ListRegionsRequest, () => json.ListRegionsResponse, OperationTraits.ReadOnly | OperationTraits.ForOwner));
    }
}
