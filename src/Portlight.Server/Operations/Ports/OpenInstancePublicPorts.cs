using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Server.Operations.Ports;

/// <summary>Adds a port rule, or adds sources to the rule with the same ports and protocol.</summary>
internal sealed class OpenInstancePublicPorts(PortChange ports, PortLimits limits) : IOperation<OpenInstancePublicPortsRequest, OpenInstancePublicPortsResponse>
{
    public async Task<OpenInstancePublicPortsResponse> HandleAsync(Call call, OpenInstancePublicPortsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        if (request.PortInfo is null)
        {
            throw Requests.Invalid([new Problem("portInfo", "is missing")]);
        }

        var operation = await ports.RunAsync(call, name, open =>
            open.TryOpen(request.PortInfo.ToInput(), limits, out var wanted, out var key, out var problems)
                ? (wanted, key.ToString())
                : throw Requests.Invalid(problems));
        return new OpenInstancePublicPortsResponse { Operation = operation.ToWire() };
    }
}
