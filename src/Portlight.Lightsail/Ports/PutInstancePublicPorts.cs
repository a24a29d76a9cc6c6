using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Replaces every port rule of an instance, atomically: what is listed is open, everything else closed; nothing is written when any rule is bad.</summary>
internal sealed class PutInstancePublicPorts(PortChange ports, PortLimits limits) : IOperation<PutInstancePublicPortsRequest, PutInstancePublicPortsResponse>
{
    private const int NamedRules = 20;

    public Task<PutInstancePublicPortsResponse> HandleAsync(Call call, PutInstancePublicPortsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        if (request.PortInfos is null)
        {
            throw Requests.Invalid([new Problem("portInfos", "is missing; an empty list closes everything")]);
        }

        if (!PortSet.TryCreate([.. request.PortInfos.Select(info => info.ToInput())], limits, out var wanted, out var problems))
        {
            throw Requests.Invalid(problems);
        }

        return ports.RunAsync(call, name, _ => new PortsAsked(wanted, request.PortInfos.Places(wanted)), _ => (wanted, Details(wanted)), operation => new PutInstancePublicPortsResponse { Operation = operation });
    }

    /// <summary>What of the real service's answer is unknown; ours lists the rules as Open and Close name theirs.</summary>
    private static string Details(PortSet wanted) =>
        string.Join(",", wanted.Rules.Take(NamedRules).Select(rule => rule.Key)) + (wanted.Rules.Length > NamedRules ? $",… {wanted.Rules.Length} in all" : "");
}
