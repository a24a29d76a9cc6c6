using System.Collections.Frozen;
using Portlight.Server.Operations.Installation;
using Portlight.Server.Operations.Ports;
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
