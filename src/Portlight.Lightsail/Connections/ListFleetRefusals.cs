using Portlight.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>What was refused of late at all instances of an account and region: from where, at which ports, and at which instances.</summary>
internal sealed class ListFleetRefusals(Services services) : IOperation<ListFleetRefusalsRequest, ListFleetRefusalsResponse>
{
    /// <summary>Of one host; the rest is counted alone.</summary>
    private const int MostOfHost = 5_000;

    /// <summary>Of all hosts, which share it: they are all in memory at once.</summary>
    internal const int MostOfAll = 100_000;

    private const int MostPorts = 100;
    private const int NamedInstances = 20;

    public async Task<ListFleetRefusalsResponse> HandleAsync(Call call, ListFleetRefusalsRequest request)
    {
        var wanted = WantedSources.Read(request.Port, request.Cidr, request.MaxResults);
        var instances = FleetQuestion.InstancesByHost(services, call, new TagFilter(request.Tags));
        var mostOfEach = Math.Clamp(MostOfAll / Math.Max(1, instances.Count), 1, MostOfHost);
        var (told, known, notListed, partly) = (new List<(string Name, Refusal Refusal)>(), 0, 0, new List<UnknownHost>());
        var unknown = await FleetQuestion.AskAsync(
            services, call, instances,
            (agent, its) => agent.ListRefusalsOfManyAsync([.. its.Select(instance => instance.Index)], mostOfEach, call.Aborted),
            (host, its, answer) =>
            {
                var names = its.ToDictionary(instance => instance.Index, instance => instance.Name);
                told.AddRange(answer.Some.Where(one => names.ContainsKey(one.Index) && ListRefusals.IsWanted(one.Refused, wanted)).Select(one => (names[one.Index], ListRefusals.ToWire(one.Refused))));
                known += Math.Min(answer.Instances, its.Count);
                notListed += answer.Total - answer.Some.Length;
                if (answer.Instances < its.Count)
                {
                    partly.Add(new UnknownHost { HostName = host, Instances = its.Count - answer.Instances, Reason = "nothing filters what goes to them" });
                }
            });
        call.NoteSteps(GetExposure.StepsOfInstance * (long)told.Count);
        var refusals = told.GroupBy(one => (one.Refusal.SourceAddress, one.Refusal.Protocol, one.Refusal.FromPort, one.Refusal.ToPort)).Select(same => Of([.. same])).ToList();
        return new ListFleetRefusalsResponse
        {
            Refusals = [.. refusals.OrderByDescending(one => one.Instances).ThenByDescending(one => one.Packets).ThenBy(one => one.SourceAddress, StringComparer.Ordinal).Take(wanted.Most)],
            Total = refusals.Count,
            Ports = [.. Ports(told)],
            Instances = known,
            Unknown = [.. unknown.Concat(partly).OrderBy(one => one.HostName, StringComparer.Ordinal)],
            NotListed = notListed,
        };
    }

    private static FleetRefusal Of(IReadOnlyList<(string Name, Refusal Refusal)> same)
    {
        var any = same[0].Refusal;
        return new FleetRefusal
        {
            SourceAddress = any.SourceAddress,
            Protocol = any.Protocol,
            FromPort = any.FromPort,
            ToPort = any.ToPort,
            Packets = same.Sum(one => one.Refusal.Packets),
            Bytes = same.Sum(one => one.Refusal.Bytes),
            FirstAt = same.Min(one => one.Refusal.FirstAt),
            LastAt = same.Max(one => one.Refusal.LastAt),
            Instances = same.Count,
            InstanceNames = [.. same.Select(one => one.Name).Order(StringComparer.Ordinal).Take(NamedInstances)],
        };
    }

    private static IEnumerable<RefusedPort> Ports(List<(string Name, Refusal Refusal)> told) => told
        .GroupBy(one => (one.Refusal.Protocol, one.Refusal.FromPort, one.Refusal.ToPort))
        .Select(same => new RefusedPort
        {
            Protocol = same.Key.Protocol,
            FromPort = same.Key.FromPort,
            ToPort = same.Key.ToPort,
            Packets = same.Sum(one => one.Refusal.Packets),
            Sources = same.Select(one => one.Refusal.SourceAddress).Distinct(StringComparer.Ordinal).Count(),
            Instances = same.Select(one => one.Name).Distinct(StringComparer.Ordinal).Count(),
        })
        .OrderByDescending(port => port.Packets).ThenBy(port => port.Protocol, StringComparer.Ordinal).ThenBy(port => port.FromPort)
        .Take(MostPorts);
}
