using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>One question to each host that has instances of an account and region, about those.</summary>
internal static class FleetQuestion
{
    private const int Piece = 500;
    private const int HostsAtOnce = 16;

    /// <summary>The instances that fit, by their hosts.</summary>
    public static ILookup<string, Instance> InstancesByHost(Services services, Call call, TagFilter tags)
    {
        var (fit, after) = (new List<Instance>(), 0L);
        IReadOnlyList<Instance> piece;
        do
        {
            call.Aborted.ThrowIfCancellationRequested();
            piece = services.Store.View.ListInstances(call.Scope, after, Piece);
            fit.AddRange(piece.Where(tags.Fits));
            after = piece.Count == 0 ? after : piece[^1].Index;
            call.NoteSteps(GetExposure.StepsOfInstance * (long)piece.Count);
        }
        while (piece.Count == Piece);
        return fit.ToLookup(instance => instance.Attachment.Host, StringComparer.Ordinal);
    }

    /// <summary>Asks the hosts, some at a time. The answers come one after the other.</summary>
    /// <param name="services">The server.</param>
    /// <param name="call">The call.</param>
    /// <param name="instances">The instances by their hosts.</param>
    /// <param name="ask">Asks the agent of a host about its instances.</param>
    /// <param name="take">Takes what it says.</param>
    /// <returns>Those that did not say it, and why.</returns>
    public static async Task<List<UnknownHost>> AskAsync<T>(
        Services services, Call call, ILookup<string, Instance> instances, Func<IAgent, IReadOnlyList<Instance>, Task<T>> ask, Action<string, IReadOnlyList<Instance>, T> take)
    {
        var (unknown, gate) = (new List<UnknownHost>(), new Lock());
        await Parallel.ForEachAsync(instances, new ParallelOptions { MaxDegreeOfParallelism = HostsAtOnce, CancellationToken = call.Aborted }, async (host, _) =>
        {
            IReadOnlyList<Instance> its = [.. host];
            try
            {
                var answer = await services.Hosts.Of(host.Key).AskAsync(agent => ask(agent, its));
                lock (gate)
                {
                    take(host.Key, its, answer);
                }
            }
            catch (AgentException unable)
            {
                lock (gate)
                {
                    unknown.Add(new UnknownHost { HostName = host.Key, Instances = its.Count, Reason = unable.Message });
                }
            }
        });
        return unknown;
    }
}
