using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>How many packets each rule of an instance has let in. The kernel counts by its own elements, into which rules are cut and joined; each belongs to the first rule that lets its packets in.</summary>
internal sealed class GetPortCounters(Services services) : IOperation<GetPortCountersRequest, GetPortCountersResponse>
{
    public async Task<GetPortCountersResponse> HandleAsync(Call call, GetPortCountersRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var instance = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name).Require(services.Store.View);
        var counts = await AskAsync(call, instance);
        call.NoteSteps(GetExposure.StepsOfInstance * (100L + counts.LetIn.Length));
        return new GetPortCountersResponse { Counters = counts.AreCounted ? ByRule(instance, counts) : null, RefusedPackets = counts.RefusedPackets, RefusedBytes = counts.RefusedBytes };
    }

    private async Task<PortCounts> AskAsync(Call call, Instance instance)
    {
        try
        {
            return await services.Hosts.Of(instance).AskAsync(agent => agent.CountPortsAsync(instance.Index, call.Aborted));
        }
        catch (AgentException unable)
        {
            throw new OperationFailureException($"the packets of {instance.Name} cannot be counted: {unable.Message}");
        }
    }

    private List<PortCounter> ByRule(Instance instance, PortCounts counts)
    {
        var rules = new RulesOfParts(instance.LetIn, services.Limits.Aliases);
        var (packets, bytes) = (new long[rules.Rules.Length], new long[rules.Rules.Length]);
        foreach (var count in counts.LetIn)
        {
            if (rules.Find(count.Protocol, count.Port, count.Source) is var first and >= 0)
            {
                packets[first] += count.Packets;
                bytes[first] += count.Bytes;
            }
        }

        return [.. rules.Rules.Select((rule, at) => new PortCounter { PortState = rule.ToPortState(services.Options.AwsQuirks), Packets = packets[at], Bytes = bytes[at] })];
    }
}
