using System.Collections.Immutable;
using System.Net;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Authorization = Portlight.Api.Authorization;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>The connections of an instance, held against port sets.</summary>
internal sealed class PresentConnections
{
    private const int MostLookedAt = 5_000;
    private const int ListedCut = 100;

    private readonly Services _services;
    private readonly Instance _instance;
    private readonly bool _isDrained;

    private PresentConnections(Services services, Instance instance, TrackedConnections tracked, bool isDrained)
    {
        (_services, _instance, _isDrained) = (services, instance, isDrained);
        All = tracked.Some;
        Total = tracked.Total;
    }

    public ImmutableArray<TrackedConnection> All { get; }

    public int Total { get; }

    /// <summary>Asks the kernel of the instance's host.</summary>
    /// <exception cref="OperationFailureException">It cannot be asked.</exception>
    public static async Task<PresentConnections> ReadAsync(Services services, Call call, Instance instance)
    {
        try
        {
            return await AskAsync(services, call, instance);
        }
        catch (AgentException unable)
        {
            throw new OperationFailureException($"the connections of {instance.Name} cannot be told: {unable.Message}");
        }
    }

    /// <summary>What a change would cut, for a caller that may know of the connections.</summary>
    public static async Task<CutByChange> CutByAsync(Services services, Call call, Instance instance, PortSet after)
    {
        if (Authorization.WouldRefuse(call, [new AccessQuestion($"portlight:{ListConnections.Name}", instance.Arn) { ResourceTags = instance.Tags }]) is { } refusal)
        {
            return new CutByChange { Problem = refusal };
        }

        try
        {
            return (await AskAsync(services, call, instance)).CutBy(after, call.Origin.Source);
        }
        catch (AgentException unable)
        {
            return new CutByChange { Problem = unable.Message };
        }
    }

    public PresentConnection ToWire(TrackedConnection one) => new()
    {
        Protocol = one.Protocol.ToWire(),
        PeerAddress = one.Peer.Address.ToString(),
        PeerPort = one.Peer.Port,
        Port = one.Port,
        Bytes = one.Bytes,
        StartedAt = one.StartedAt,
        PortState = _instance.LetIn.Rules.FirstOrDefault(rule => IsLetIn(one, [.. Resolved(PortSet.Of(rule))]))?.ToPortState(_services.Options.AwsQuirks),
    };

    private static async Task<PresentConnections> AskAsync(Services services, Call call, Instance instance)
    {
        var (tracked, isDrained) = await services.Hosts.Of(instance).AskAsync(async agent =>
            (await agent.ListConnectionsAsync(instance.Index, MostLookedAt, call.Aborted), agent.Status.Connections == "drain"));
        call.NoteSteps(GetExposure.StepsOfInstance * (100L + tracked.Some.Length));
        return new PresentConnections(services, instance, tracked, isDrained);
    }

    private CutByChange CutBy(PortSet after, IPAddress? caller)
    {
        var (before, then) = (Resolved(_instance.LetIn), Resolved(_instance.Attachment.LetIn(after)));
        var cut = All.Where(one => !_isDrained && IsLetIn(one, before) && !IsLetIn(one, then)).ToList();
        var source = caller is { IsIPv4MappedToIPv6: true } ? caller.MapToIPv4() : caller;
        return new CutByChange
        {
            Total = Total,
            Cut = [.. cut.Take(ListedCut).Select(ToWire)],
            FurtherCut = Math.Max(0, cut.Count - ListedCut),
            CallerIsCut = source is not null && cut.Exists(one => one.Peer.Address.Equals(source)),
            IsDrained = _isDrained,
        };
    }

    private ImmutableArray<PortRule> Resolved(PortSet ports) => ports.Resolve(_services.Limits.Aliases).Rules;

    private static bool IsLetIn(TrackedConnection one, ImmutableArray<PortRule> rules) => rules.Any(rule => rule.LetsIn(new PortKey(one.Protocol, one.Port, one.Port), one.Peer.Address));
}
