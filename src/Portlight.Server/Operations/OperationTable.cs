using System.Collections.Frozen;
using Portlight.Server.Operations.Installation;
using Portlight.Server.Operations.Instances;
using Portlight.Server.Operations.KeyPairs;
using Portlight.Server.Operations.Places;
using Portlight.Server.Operations.Ports;
using Portlight.Server.Operations.Records;
using Portlight.Server.Operations.StaticIps;
using Portlight.Server.Operations.Tagging;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Server.Operations;

/// <summary>Every operation by its target, <c>Lightsail_20161128.PutInstancePublicPorts</c>.</summary>
internal sealed class OperationTable
{
    public const string LightsailPrefix = "Lightsail_20161128.";

    private readonly FrozenDictionary<string, OperationEntry> byTarget;

    public OperationTable(Services services)
    {
        var entries = new Dictionary<string, OperationEntry>(StringComparer.Ordinal);
        AddPorts(entries, services);
        AddRecords(entries, services.Store);
        AddInstances(entries, services);
        AddPlaces(entries, services.Store);
        AddStaticIps(entries, services);
        AddKeyPairs(entries, services);
        AddTags(entries, services.Store);
        AddInstallation(entries, services);
        byTarget = entries.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The names that this server answers, with their prefix.</summary>
    public IEnumerable<string> Targets => byTarget.Keys;

    /// <summary>The operation of a target.</summary>
    /// <exception cref="UnknownOperationException">No service that is spoken here has it.</exception>
    /// <exception cref="InvalidInputException">Lightsail has it and Portlight does not.</exception>
    public OperationEntry Find(string? target)
    {
        if (target is not null && byTarget.TryGetValue(target, out var entry))
        {
            return entry;
        }

        if (target is not null && target.StartsWith(LightsailPrefix, StringComparison.Ordinal) && LightsailOperations.All.Contains(target[LightsailPrefix.Length..]))
        {
            throw new InvalidInputException($"{target[LightsailPrefix.Length..]} is an operation of Lightsail that Portlight does not have") { Code = ErrorCodes.UnsupportedOperation };
        }

        throw new UnknownOperationException("the header X-Amz-Target names no operation");
    }

    private static void AddPorts(Dictionary<string, OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        var ports = new PortChange(services.Store, services.Confirmation);
        entries.Add(LightsailPrefix + "PutInstancePublicPorts", OperationEntry.Of(new PutInstancePublicPorts(ports, services.Limits), json.PutInstancePublicPortsRequest, json.PutInstancePublicPortsResponse));
        entries.Add(LightsailPrefix + "OpenInstancePublicPorts", OperationEntry.Of(new OpenInstancePublicPorts(ports, services.Limits), json.OpenInstancePublicPortsRequest, json.OpenInstancePublicPortsResponse));
        entries.Add(LightsailPrefix + "CloseInstancePublicPorts", OperationEntry.Of(new CloseInstancePublicPorts(ports, services.Limits), json.CloseInstancePublicPortsRequest, json.CloseInstancePublicPortsResponse));
        entries.Add(LightsailPrefix + "GetInstancePortStates", OperationEntry.Of(new GetInstancePortStates(services.Store, services.Options.AwsQuirks), json.GetInstancePortStatesRequest, json.GetInstancePortStatesResponse));
    }

    private static void AddRecords(Dictionary<string, OperationEntry> entries, IStore store)
    {
        var json = LightsailJson.Default;
        entries.Add(LightsailPrefix + "GetOperation", OperationEntry.Of(new GetOperation(store), json.GetOperationRequest, json.GetOperationResponse));
        entries.Add(LightsailPrefix + "GetOperations", OperationEntry.Of(new GetOperations(store), json.GetOperationsRequest, json.GetOperationsResponse));
        entries.Add(LightsailPrefix + "GetOperationsForResource", OperationEntry.Of(new GetOperationsForResource(store), json.GetOperationsForResourceRequest, json.GetOperationsForResourceResponse));
    }

    private static void AddInstances(Dictionary<string, OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        entries.Add(LightsailPrefix + "CreateInstances", OperationEntry.Of(new CreateInstances(services), json.CreateInstancesRequest, json.CreateInstancesResponse));
        entries.Add(LightsailPrefix + "GetInstance", OperationEntry.Of(new GetInstance(services), json.GetInstanceRequest, json.GetInstanceResponse));
        entries.Add(LightsailPrefix + "GetInstances", OperationEntry.Of(new GetInstances(services), json.GetInstancesRequest, json.GetInstancesResponse));
        entries.Add(LightsailPrefix + "GetInstanceState", OperationEntry.Of(new GetInstanceState(services.Store), json.GetInstanceStateRequest, json.GetInstanceStateResponse));
        entries.Add(LightsailPrefix + "GetInstanceAccessDetails", OperationEntry.Of(new GetInstanceAccessDetails(services), json.GetInstanceAccessDetailsRequest, json.GetInstanceAccessDetailsResponse));
        entries.Add(LightsailPrefix + "DeleteInstance", OperationEntry.Of(new DeleteInstance(services), json.DeleteInstanceRequest, json.DeleteInstanceResponse));
        entries.Add(LightsailPrefix + "StartInstance", OperationEntry.Of(new StartInstance(services), json.StartInstanceRequest, json.StartInstanceResponse));
        entries.Add(LightsailPrefix + "StopInstance", OperationEntry.Of(new StopInstance(services), json.StopInstanceRequest, json.StopInstanceResponse));
        entries.Add(LightsailPrefix + "RebootInstance", OperationEntry.Of(new RebootInstance(services), json.RebootInstanceRequest, json.RebootInstanceResponse));
        entries.Add(LightsailPrefix + "SetIpAddressType", OperationEntry.Of(new SetIpAddressType(services), json.SetIpAddressTypeRequest, json.SetIpAddressTypeResponse));
        entries.Add(LightsailPrefix + "UpdateInstanceMetadataOptions", OperationEntry.Of(new UpdateInstanceMetadataOptions(services), json.UpdateInstanceMetadataOptionsRequest, json.UpdateInstanceMetadataOptionsResponse));
        entries.Add(LightsailPrefix + "GetActiveNames", OperationEntry.Of(new GetActiveNames(services.Store), json.GetActiveNamesRequest, json.GetActiveNamesResponse));
    }

    private static void AddPlaces(Dictionary<string, OperationEntry> entries, IStore store)
    {
        var json = LightsailJson.Default;
        entries.Add(LightsailPrefix + "GetRegions", OperationEntry.Of(new GetRegions(store), json.GetRegionsRequest, json.GetRegionsResponse));
        entries.Add(LightsailPrefix + "GetBlueprints", OperationEntry.Of(new GetBlueprints(), json.GetBlueprintsRequest, json.GetBlueprintsResponse));
        entries.Add(LightsailPrefix + "GetBundles", OperationEntry.Of(new GetBundles(), json.GetBundlesRequest, json.GetBundlesResponse));
        entries.Add(LightsailPrefix + "IsVpcPeered", OperationEntry.Of(new IsVpcPeered(), json.IsVpcPeeredRequest, json.IsVpcPeeredResponse));
    }

    private static void AddStaticIps(Dictionary<string, OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        entries.Add(LightsailPrefix + "AllocateStaticIp", OperationEntry.Of(new AllocateStaticIp(services), json.AllocateStaticIpRequest, json.AllocateStaticIpResponse));
        entries.Add(LightsailPrefix + "AttachStaticIp", OperationEntry.Of(new AttachStaticIp(services), json.AttachStaticIpRequest, json.AttachStaticIpResponse));
        entries.Add(LightsailPrefix + "DetachStaticIp", OperationEntry.Of(new DetachStaticIp(services), json.DetachStaticIpRequest, json.DetachStaticIpResponse));
        entries.Add(LightsailPrefix + "GetStaticIp", OperationEntry.Of(new GetStaticIp(services.Store), json.GetStaticIpRequest, json.GetStaticIpResponse));
        entries.Add(LightsailPrefix + "GetStaticIps", OperationEntry.Of(new GetStaticIps(services.Store), json.GetStaticIpsRequest, json.GetStaticIpsResponse));
        entries.Add(LightsailPrefix + "ReleaseStaticIp", OperationEntry.Of(new ReleaseStaticIp(services.Store), json.ReleaseStaticIpRequest, json.ReleaseStaticIpResponse));
    }

    private static void AddKeyPairs(Dictionary<string, OperationEntry> entries, Services services)
    {
        var json = LightsailJson.Default;
        entries.Add(LightsailPrefix + "CreateKeyPair", OperationEntry.Of(new CreateKeyPair(services.Store), json.CreateKeyPairRequest, json.CreateKeyPairResponse));
        entries.Add(LightsailPrefix + "ImportKeyPair", OperationEntry.Of(new ImportKeyPair(services.Store), json.ImportKeyPairRequest, json.ImportKeyPairResponse));
        entries.Add(LightsailPrefix + "GetKeyPair", OperationEntry.Of(new GetKeyPair(services.Store), json.GetKeyPairRequest, json.GetKeyPairResponse));
        entries.Add(LightsailPrefix + "GetKeyPairs", OperationEntry.Of(new GetKeyPairs(services.Store), json.GetKeyPairsRequest, json.GetKeyPairsResponse));
        entries.Add(LightsailPrefix + "DeleteKeyPair", OperationEntry.Of(new DeleteKeyPair(services), json.DeleteKeyPairRequest, json.DeleteKeyPairResponse));
        entries.Add(LightsailPrefix + "DownloadDefaultKeyPair", OperationEntry.Of(new DownloadDefaultKeyPair(services), json.DownloadDefaultKeyPairRequest, json.DownloadDefaultKeyPairResponse));
    }

    private static void AddTags(Dictionary<string, OperationEntry> entries, IStore store)
    {
        var json = LightsailJson.Default;
        var tags = new TagChange(store);
        entries.Add(LightsailPrefix + "TagResource", OperationEntry.Of(new TagResource(tags), json.TagResourceRequest, json.TagResourceResponse));
        entries.Add(LightsailPrefix + "UntagResource", OperationEntry.Of(new UntagResource(tags), json.UntagResourceRequest, json.UntagResourceResponse));
    }

    private static void AddInstallation(Dictionary<string, OperationEntry> entries, Services services)
    {
        const string Prefix = PortlightOperations.TargetPrefix + ".";
        var json = PortlightJson.Default;
        entries.Add(Prefix + "AttachInstance", OperationEntry.Of(new AttachInstance(services), json.AttachInstanceRequest, json.AttachInstanceResponse));
        entries.Add(Prefix + "DetachInstance", OperationEntry.Of(new DetachInstance(services), json.DetachInstanceRequest, json.DetachInstanceResponse));
        entries.Add(Prefix + "GetStatus", OperationEntry.Of(new GetStatus(services), json.GetStatusRequest, json.GetStatusResponse));
        entries.Add(Prefix + "CreateAccount", OperationEntry.Of(new CreateAccount(services.Store, services.Secrets, services.Setup), json.CreateAccountRequest, json.CreateAccountResponse));
        entries.Add(Prefix + "CloseAccount", OperationEntry.Of(new CloseAccount(services.Store), json.CloseAccountRequest, json.CloseAccountResponse));
        entries.Add(Prefix + "ListAccounts", OperationEntry.Of(new ListAccounts(services.Store), json.ListAccountsRequest, json.ListAccountsResponse));
        entries.Add(Prefix + "OpenRegion", OperationEntry.Of(new OpenRegionOperation(services.Store, services.Setup), json.OpenRegionRequest, json.OpenRegionResponse));
        entries.Add(Prefix + "ListRegions", OperationEntry.Of(new ListRegions(services.Store), json.ListRegionsRequest, json.ListRegionsResponse));
    }
}
