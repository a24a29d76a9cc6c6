using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Server.Operations.Ports;

/// <summary>Removes a port rule, or some of its sources; refused when another rule would go on letting in what the caller wants closed.</summary>
internal sealed class CloseInstancePublicPorts(PortChange ports, PortLimits limits) : IOperation<CloseInstancePublicPortsRequest, CloseInstancePublicPortsResponse>
{
    public async Task<CloseInstancePublicPortsResponse> HandleAsync(Call call, CloseInstancePublicPortsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        if (request.PortInfo is null)
        {
            throw Requests.Invalid([new Problem("portInfo", "is missing")]);
        }

        var operation = await ports.RunAsync(call, name, open =>
            open.TryClose(request.PortInfo.ToInput(), limits, out var wanted, out var key, out var problems)
                ? (wanted, key.ToString())
                : throw Requests.Invalid(problems));
        return new CloseInstancePublicPortsResponse { Operation = operation.ToWire() };
    }
}
