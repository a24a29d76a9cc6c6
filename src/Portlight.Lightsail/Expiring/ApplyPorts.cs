using Portlight.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Changes ports as Put, Open or Close does, opens some of them for a time, and keeps the reason. A policy that forbids the Put, the Open or the Close forbids this, too.</summary>
internal sealed class ApplyPorts(Services services, PortChange ports) : IOperation<ApplyPortsRequest, ApplyPortsResponse>
{
    public async Task<ApplyPortsResponse> HandleAsync(Call call, ApplyPortsRequest request)
    {
        var (name, wanted) = Requests.RequireName(call, request.InstanceName, "instanceName", () => TimedPorts.Read(request, services.Limits));
        var operation = await ports.RunAsync(call, name, wanted, operation => operation);
        // As it is by now; another may have changed it since.
        var instance = services.Store.View.FindInstance(call.Scope, name);
        return new ApplyPortsResponse
        {
            Operation = operation,
            Expiring = instance?.Expiring.ToWire(services.Options.AwsQuirks) ?? [],
            Notes = instance is { Expiring.IsEmpty: false } ? [.. ExpiringShapes.Notes(services.Hosts.Of(instance))] : [],
        };
    }
}
