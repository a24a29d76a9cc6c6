using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Replaces every port rule of an instance, atomically: what is listed is open, everything else closed; nothing is written when any rule is bad.</summary>
internal sealed class PutInstancePublicPorts(PortChange ports, PortLimits limits) : IOperation<PutInstancePublicPortsRequest, PutInstancePublicPortsResponse>
{
    public Task<PutInstancePublicPortsResponse> HandleAsync(Call call, PutInstancePublicPortsRequest request)
    {
        var (name, wanted) = Requests.RequireName(call, request.InstanceName, "instanceName", () => PortRequest.Put(request.PortInfos ?? throw Requests.Invalid([new Problem("portInfos", "is missing; an empty list closes everything")]), limits));
        return ports.RunAsync(call, name, wanted, operation => new PutInstancePublicPortsResponse { Operation = operation });
    }
}
