using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Adds a port rule, or adds sources to the rule with the same ports and protocol.</summary>
internal sealed class OpenInstancePublicPorts(PortChange ports, PortLimits limits) : IOperation<OpenInstancePublicPortsRequest, OpenInstancePublicPortsResponse>
{
    public Task<OpenInstancePublicPortsResponse> HandleAsync(Call call, OpenInstancePublicPortsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        if (request.PortInfo is null)
        {
            throw Requests.Invalid([new Problem("portInfo", "is missing")]);
        }

        var input = request.PortInfo.ToInput();
        if (!PortSet.Empty.TryOpen(input, limits, out var alone, out _, out var wrong))
        {
            throw Requests.Invalid(wrong);
        }

        return ports.RunAsync(call, name, open => AskedOf(open, alone.Rules[0]), open =>
            open.TryOpen(input, limits, out var wanted, out var key, out var problems)
                ? (wanted, key.ToString())
                : throw Requests.Invalid(problems), operation => new OpenInstancePublicPortsResponse { Operation = operation });
    }

    /// <summary>The rule as it will stand, with the sources that it has already.</summary>
    private static PortsAsked AskedOf(PortSet open, PortRule added)
    {
        var after = PortSet.Of([.. open.Rules, added]);
        return new PortsAsked(after, [("portInfo", after.Rules.First(rule => rule.Key == added.Key))]);
    }
}
