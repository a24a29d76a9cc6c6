using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>Which server has the agent of a host, as it is stored. Only where several servers share a database.</summary>
internal static class HostLinks
{
    /// <summary>From now on the agent is this server's, and what another says of the host does not count. Returns the generation.</summary>
    /// <exception cref="HostRefusedException">The host is revoked, or there is none.</exception>
    public static async Task<long> TakeAsync(IStore store, string host, string server, AgentStatus status, TimeProvider clock)
    {
        var arrival = AgentArrival.Of(status, clock);
        var taken = await store.CommitAsync((view, changes) =>
        {
            var stored = view.FindHost(host) is { State: not HostState.Revoked } found ? found : throw new HostRefusedException($"the host {host} is revoked, or was removed");
            var report = new HostReport { Status = status, Arrivals = AgentArrival.Add(HostReport.Read(stored.Link?.Report)?.Arrivals ?? [], arrival) };
            var link = new HostLink(server, (stored.Link?.Generation ?? 0) + 1, arrival.At) { Report = report.ToText() };
            changes.Save(stored with { Link = link });
            return link.Generation;
        });
        return taken.Result;
    }

    /// <summary>The agent has gone away; the age of what is in force there is known after a restart of all servers too.</summary>
    /// <param name="store">The store.</param>
    /// <param name="host">The host.</param>
    /// <param name="generation">Under which it was here; 0 where no other server may have it.</param>
    /// <param name="since">Since when.</param>
    public static Task LeaveAsync(IStore store, string host, long generation, DateTimeOffset since) => store.CommitAsync((view, changes) =>
    {
        if (view.FindHost(host) is { } stored && (generation == 0 || stored.Link?.Generation == generation))
        {
            changes.Save(stored with { LastSeenAt = since, Link = generation == 0 ? stored.Link : stored.Link! with { Server = "", Since = since } });
        }

        return true;
    });

    /// <summary>
    /// The agent that was to be here is not; nothing where it is another's by now. An agent that is on its way under this generation has to connect again: so it does not matter whether one comes at this moment.
    /// </summary>
    public static void GiveUp(IStoreView view, Changes changes, (string Host, long Generation, DateTimeOffset Since) lost)
    {
        if (view.FindHost(lost.Host) is { Link: { } link } stored && link.Generation == lost.Generation)
        {
            changes.Save(stored with { LastSeenAt = lost.Since, Link = link with { Server = "", Generation = link.Generation + 1, Since = lost.Since } });
        }
    }

    /// <summary>What this server says of a host, for the others; nothing where it is another's by now.</summary>
    public static void Tell(IStoreView view, Changes changes, (string Host, long Generation, string Report) news)
    {
        if (view.FindHost(news.Host) is { Link: { } link } stored && link.Generation == news.Generation)
        {
            changes.Save(stored with { Link = link with { Report = news.Report } });
        }
    }
}
