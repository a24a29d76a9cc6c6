using System.Globalization;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>What was refused to an instance of late, and from whom, as the kernel of its host has noted it.</summary>
internal sealed class ListRefusals(Services services) : IOperation<ListRefusalsRequest, ListRefusalsResponse>
{
    private const int MostLookedAt = 5_000;

    // Protocol numbers (IANA); what they have instead of ports is no answer to a question about a port.
    private const int Icmp = 1, Icmpv6 = 58;

    public async Task<ListRefusalsResponse> HandleAsync(Call call, ListRefusalsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var wanted = WantedSources.Read(request.Port, request.Cidr, request.MaxResults);
        var instance = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name).Require(services.Store.View);
        var refused = await AskAsync(call, instance);
        call.NoteSteps(GetExposure.StepsOfInstance * (100L + refused.Some.Length));
        var fit = refused.Some.Where(one => IsWanted(one, wanted)).Select(ToWire);
        return new ListRefusalsResponse { Refusals = [.. fit.Take(wanted.Most)], Total = refused.Total, Packets = refused.Packets, Bytes = refused.Bytes };
    }

    private async Task<RefusedSources> AskAsync(Call call, Instance instance)
    {
        try
        {
            return await services.Hosts.Of(instance).AskAsync(agent => agent.ListRefusalsAsync(instance.Index, MostLookedAt, call.Aborted));
        }
        catch (AgentException unable)
        {
            throw new OperationFailureException($"what was refused to {instance.Name} cannot be told: {unable.Message}");
        }
    }

    internal static bool IsWanted(RefusedSource one, WantedSources wanted) => wanted.Contains(one.Protocol is Icmp or Icmpv6 || ToWire(one).FromPort is not { } port ? null : port, one.Source);

    internal static Refusal ToWire(RefusedSource one)
    {
        NetworkProtocol? protocol = one.Protocol switch { Icmp => NetworkProtocol.Icmp, 6 => NetworkProtocol.Tcp, 17 => NetworkProtocol.Udp, Icmpv6 => NetworkProtocol.Icmpv6, _ => null };
        var isIcmp = protocol is NetworkProtocol.Icmp or NetworkProtocol.Icmpv6;
        return new Refusal
        {
            SourceAddress = one.Source.ToString(),
            Protocol = protocol?.ToWire() ?? one.Protocol.ToString(CultureInfo.InvariantCulture),
            FromPort = protocol is null ? null : isIcmp ? one.Port >> 8 : one.Port,
            ToPort = protocol is null ? null : isIcmp ? one.Port & 0xff : one.Port,
            Packets = one.Packets,
            Bytes = one.Bytes,
            FirstAt = one.FirstAt,
            LastAt = one.LastAt,
        };
    }
}
