using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Fleet;

/// <summary>Where the agent of a host is: connected here, connected to another server, or away. Read from any thread.</summary>
/// <param name="seenAt">When it was there last, as far as that is known.</param>
/// <param name="servers">The other servers.</param>
internal sealed class HostPresence(DateTimeOffset seenAt, ServerRoll servers)
{
    private volatile Here _here = new(null, seenAt, null);
    private volatile There _there = new(null, null);

    /// <summary>The agent that is connected here; null when none is.</summary>
    public HostConnection? Connection => _here.Connection;

    /// <summary>The host as it is stored; null where nothing is stored of it.</summary>
    public Host? Stored => _there.Host;

    /// <summary>The link to the server that has the agent; null where that is this one, or none.</summary>
    public HostLink? Elsewhere => _here.Connection is null && Stored?.Link is { Server.Length: > 0 } link && link.Server != servers.Self && servers.IsThere(link.Server) ? link : null;

    /// <summary>The link that names this server though the agent is not here, and so the other servers take it for connected; null where there is none.</summary>
    public HostLink? Lost => _here.Connection is null && Stored?.Link is { } link && link.Server == servers.Self ? link : null;

    /// <summary>What the other server says of it; null where there is none.</summary>
    public HostReport? Report => Elsewhere is null ? null : _there.Report;

    /// <summary>The agents that have come last to the servers of a shared database.</summary>
    public IReadOnlyList<AgentArrival> StoredArrivals => _there.Report?.Arrivals ?? [];

    /// <summary>Since when no server has its agent, as far as this one knows; null while one has.</summary>
    public DateTimeOffset? AwaySince
    {
        get
        {
            var (here, stored) = (_here, Stored);
            if (here.Connection is not null || Elsewhere is not null)
            {
                return null;
            }

            var since = here.AwaySince > stored?.LastSeenAt || stored?.LastSeenAt is null ? here.AwaySince!.Value : stored.LastSeenAt.Value;
            // The server that had it has said nothing of it, and is gone.
            return stored?.Link is { Server.Length: > 0 } link && link.Server != servers.Self && (servers.LastBeat(link.Server) ?? link.Since) is var last && last > since ? last : since;
        }
    }

    /// <summary>What the agent says of itself, or said last; null when none has been connected.</summary>
    public AgentStatus? Status => _here is { Connection: { } connection } ? connection.Agent.Status : Report?.Status ?? _here.LastStatus ?? _there.Report?.Status;

    /// <summary>Why the agent that is connected here may not be any more; null when it may.</summary>
    public string? WhyNotOurs(HostConnection connection) => Stored switch
    {
        { State: HostState.Revoked, Name: var name } => $"the host {name} is revoked",
        { Name: var name, Link.Generation: var newest } when connection.Generation > 0 && newest > connection.Generation =>
            $"the agent of {name} has connected anew, to this or another server, has been taken for gone, or another machine has joined as {name} by a token",
        _ => null,
    };

    /// <summary>Returns the connection before.</summary>
    public HostConnection? Connect(HostConnection connection)
    {
        var former = _here.Connection;
        _here = new Here(connection, null, null);
        return former;
    }

    public void Disconnect(DateTimeOffset at, AgentStatus last) => _here = new Here(null, at, last);

    /// <summary>The host is stored like this now.</summary>
    public void Take(Host? stored)
    {
        var before = _there;
        _there = new There(stored, stored?.Link?.Report == before.Host?.Link?.Report ? before.Report : HostReport.Read(stored?.Link?.Report));
    }

    private sealed record Here(HostConnection? Connection, DateTimeOffset? AwaySince, AgentStatus? LastStatus);

    private sealed record There(Host? Host, HostReport? Report);
}
