using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Removes a port rule, or some of its sources; refused when nothing of it is there and other rules let in all of it.</summary>
internal sealed class CloseInstancePublicPorts(PortChange ports, PortLimits limits) : IOperation<CloseInstancePublicPortsRequest, CloseInstancePublicPortsResponse>
{
    public Task<CloseInstancePublicPortsResponse> HandleAsync(Call call, CloseInstancePublicPortsRequest request)
    {
        var (name, wanted) = Requests.RequireName(call, request.InstanceName, "instanceName", () => PortRequest.Close(request.PortInfo ?? throw Requests.Invalid([new Problem("portInfo", "is missing")]), limits));
        return ports.RunAsync(call, name, wanted, operation => new CloseInstancePublicPortsResponse { Operation = operation });
    }
}
