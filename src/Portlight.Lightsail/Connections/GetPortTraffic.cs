using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>What each rule of an instance has let in over the last 24 hours, and what was refused, as its host remembers it.</summary>
internal sealed class GetPortTraffic(Services services) : IOperation<GetPortTrafficRequest, GetPortTrafficResponse>
{
    private const int Steps = 96;
    private const int StepSeconds = 900;

    public async Task<GetPortTrafficResponse> HandleAsync(Call call, GetPortTrafficRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var instance = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name).Require(services.Store.View);
        var told = await AskAsync(call, instance);
        var traffic = told.Instances.FirstOrDefault(one => one.Index == instance.Index);
        call.NoteSteps(GetExposure.StepsOfInstance * (100L + (traffic?.Parts.Length ?? 0)));
        return new GetPortTrafficResponse
        {
            Begin = told.LastQuarter.AddSeconds(-(Steps - 1) * StepSeconds),
            StepSeconds = StepSeconds,
            Rules = told.AreCounted ? [.. RuleUse.Of(new RulesOfParts(instance.LetIn, services.Limits.Aliases), traffic, Steps).Select(ToWire)] : null,
            Refused = traffic is { Refused.Length: Steps } ? [.. traffic.Refused] : new long?[Steps],
        };
    }

    private async Task<TrafficHistory> AskAsync(Call call, Instance instance)
    {
        try
        {
            return await services.Hosts.Of(instance).AskAsync(agent => agent.ReadTrafficAsync([instance.Index], withCurves: true, call.Aborted));
        }
        catch (AgentException unable)
        {
            throw new OperationFailureException($"what came in to {instance.Name} cannot be told: {unable.Message}");
        }
    }

    private RuleTraffic ToWire(RuleUse use) =>
        new() { PortState = use.Rule.ToPortState(services.Options.AwsQuirks), CountedSince = use.CountedSince, LastUsedAt = use.LastUsedAt, Packets = use.Packets };
}
