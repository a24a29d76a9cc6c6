using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>Which rules have let in nothing for some days, over all instances of an account and region: what could be closed. What is not known is no such rule.</summary>
internal sealed class ListUnusedPorts(Services services) : IOperation<ListUnusedPortsRequest, ListUnusedPortsResponse>
{
    private const int UsualDays = 30;
    private const int MostDays = 365;
    private const int MostResults = 1_000;
    private const int UsualResults = 200;

    /// <summary>Instances in one question to a host.</summary>
    private const int Piece = 1_000;

    private sealed record Told(bool AreCounted, List<InstanceTraffic> Instances);

    public async Task<ListUnusedPortsResponse> HandleAsync(Call call, ListUnusedPortsRequest request)
    {
        var (days, most) = Read(request);
        var instances = FleetQuestion.InstancesByHost(services, call, new TagFilter(request.Tags));
        var bound = services.Clock.GetUtcNow() - TimeSpan.FromDays(days);
        var (unused, used, tooShort, notKnown) = (new List<(Instance Instance, RuleUse Use)>(), 0, new List<DateTimeOffset>(), 0);
        var (uncounted, alike) = (new List<UnknownHost>(), new Dictionary<PortSet, RulesOfParts>());
        var unknown = await FleetQuestion.AskAsync(services, call, instances, (agent, its) => AskAsync(call, agent, its), (host, its, told) =>
        {
            if (!told.AreCounted)
            {
                uncounted.Add(new UnknownHost { HostName = host, Instances = its.Count, Reason = "what is let in is not counted there" });
            }

            var traffic = told.Instances.DistinctBy(one => one.Index).ToDictionary(one => one.Index);
            foreach (var instance in its)
            {
                call.NoteSteps(GetExposure.StepsOfInstance);
                foreach (var use in RuleUse.Of(RulesOf(instance.LetIn), traffic.GetValueOrDefault(instance.Index), steps: 0))
                {
                    if (use.CountedSince is not { } since)
                    {
                        notKnown++;
                    }
                    else if (use.LastUsedAt > bound)
                    {
                        used++;
                    }
                    else if (since > bound)
                    {
                        tooShort.Add(since);
                    }
                    else
                    {
                        unused.Add((instance, use));
                    }
                }
            }
        });
        var away = unknown.Select(host => host.HostName).ToHashSet(StringComparer.Ordinal);
        return new ListUnusedPortsResponse
        {
            Ports = [.. unused.OrderBy(one => one.Use.LastUsedAt ?? DateTimeOffset.MinValue).ThenBy(one => one.Instance.Name, StringComparer.Ordinal).Take(most).Select(ToWire)],
            Total = unused.Count,
            Used = used,
            CountedTooShortly = tooShort.Count,
            FirstCountedSince = tooShort.Count == 0 ? null : tooShort.Min(),
            NotKnown = notKnown + instances.Where(host => away.Contains(host.Key)).Sum(host => host.Sum(instance => instance.LetIn.Rules.Length)),
            Unknown = [.. unknown.Concat(uncounted).OrderBy(host => host.HostName, StringComparer.Ordinal)],
        };

        // Most instances of a fleet have the ports of others.
        RulesOfParts RulesOf(PortSet ports) => alike.TryGetValue(ports, out var rules) ? rules : alike[ports] = new RulesOfParts(ports, services.Limits.Aliases);
    }

    private static (int Days, int Most) Read(ListUnusedPortsRequest request)
    {
        var (days, most, problems) = (request.Days ?? UsualDays, request.MaxResults ?? UsualResults, new List<Problem>());
        if (days is < 1 or > MostDays)
        {
            problems.Add(new Problem("days", $"is {days}; it must be 1 to {MostDays}"));
        }

        if (most is < 1 or > MostResults)
        {
            problems.Add(new Problem("maxResults", $"is {most}; it must be 1 to {MostResults}"));
        }

        return problems.Count > 0 ? throw Requests.Invalid(problems) : (days, most);
    }

    /// <summary>As many questions as it takes: an answer holds so much.</summary>
    private static async Task<Told> AskAsync(Call call, IAgent agent, IReadOnlyList<Instance> instances)
    {
        var (told, areCounted, from) = (new List<InstanceTraffic>(), true, 0);
        while (from < instances.Count && areCounted)
        {
            var answer = await agent.ReadTrafficAsync([.. instances.Skip(from).Take(Piece).Select(instance => instance.Index)], withCurves: false, call.Aborted);
            (areCounted, from) = (answer.AreCounted, from + Math.Max(1, answer.Reached));
            told.AddRange(answer.Instances);
        }

        return new Told(areCounted, told);
    }

    private UnusedPort ToWire((Instance Instance, RuleUse Use) one) => new()
    {
        InstanceName = one.Instance.Name,
        PortState = one.Use.Rule.ToPortState(services.Options.AwsQuirks),
        CountedSince = one.Use.CountedSince!.Value,
        LastUsedAt = one.Use.LastUsedAt,
    };
}
