using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Adds a port rule, or adds sources to the rule with the same ports and protocol.</summary>
internal sealed class OpenInstancePublicPorts(PortChange ports, PortLimits limits) : IOperation<OpenInstancePublicPortsRequest, OpenInstancePublicPortsResponse>
{
    public Task<OpenInstancePublicPortsResponse> HandleAsync(Call call, OpenInstancePublicPortsRequest request)
    {
        var (name, wanted) = Requests.RequireName(call, request.InstanceName, "instanceName", () => PortRequest.Open(request.PortInfo ?? throw Requests.Invalid([new Problem("portInfo", "is missing")]), limits));
        return ports.RunAsync(call, name, wanted, operation => new OpenInstancePublicPortsResponse { Operation = operation });
    }
}
