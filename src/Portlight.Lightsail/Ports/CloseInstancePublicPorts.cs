using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Removes a port rule, or some of its sources; refused when nothing of it is there and other rules let in all of it.</summary>
internal sealed class CloseInstancePublicPorts(PortChange ports, PortLimits limits) : IOperation<CloseInstancePublicPortsRequest, CloseInstancePublicPortsResponse>
{
    public Task<CloseInstancePublicPortsResponse> HandleAsync(Call call, CloseInstancePublicPortsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        if (request.PortInfo is null)
        {
            throw Requests.Invalid([new Problem("portInfo", "is missing")]);
        }

        var input = request.PortInfo.ToInput();
        if (!PortSet.Empty.TryClose(input, limits, out _, out var closed, out var wrong))
        {
            throw Requests.Invalid(wrong);
        }

        return ports.RunAsync(call, name, open => AskedOf(open, input, closed), open =>
            open.TryClose(input, limits, out var wanted, out var key, out var problems)
                ? (wanted, key.ToString())
                : throw Requests.Invalid(problems), operation => new CloseInstancePublicPortsResponse { Operation = operation });
    }

    /// <summary>A Close that will be refused, because other rules let in all that it wants closed, closes nothing.</summary>
    private PortsAsked AskedOf(PortSet open, PortRuleInput? input, PortKey closed) => new(
        open.TryClose(input, limits, out var after, out _, out _) ? after : open,
        [("portInfo", new PortRule(closed, [], [], []))])
    {
        IsClosing = true,
    };
}
