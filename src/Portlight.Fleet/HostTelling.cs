using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>What the other servers of the database are told of a host whose agent is connected here. What its kernel refuses is told at once, everything else with the server's next beat.</summary>
internal sealed partial class HostTelling(string host, IStore store, HostPresence presence, HostOutcomes outcomes, Func<DateTimeOffset?> failingSince, TimeProvider clock, ILogger log)
{
    /// <summary>How long an agent that has been taken in may be on its way: from the commit to its welcome are milliseconds, and one that takes longer has to connect again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private Told _told = new(null, null);
    private (long Generation, long At) _missed;

    /// <summary>Which agents have come under the name of the host.</summary>
    public HostArrivals Arrivals { get; } = new(host, presence, clock);

    /// <summary>What they are to be told and are not yet; null when there is nothing, or no other server.</summary>
    public (string Host, long Generation, string Report)? News
    {
        get
        {
            if (presence.Connection is not { Generation: > 0 } connection)
            {
                return null;
            }

            // The text of each of thousands of hosts with every beat would be most of what a server does that has nothing to do.
            var (told, source) = (Volatile.Read(ref _told), new Source(connection.Agent.Status, failingSince(), outcomes.Version, presence.StoredArrivals));
            if (source == told.Of)
            {
                return null;
            }

            var report = new HostReport { Status = source.Status, FailingSince = source.FailingSince, Instances = outcomes.Report(), Arrivals = source.Arrivals }.ToText();
            if (report != told.Report)
            {
                return (host, connection.Generation, report);
            }

            Interlocked.CompareExchange(ref _told, told with { Of = source }, told);
            return null;
        }
    }

    /// <summary>
    /// That the agent is not here, though the others take it for connected: it went away before it was welcomed, or it could not be stored when it did. Null as long as that has not been so for a while. Asked
    /// with the server's beat, by nobody else.
    /// </summary>
    public (string Host, long Generation, DateTimeOffset Since)? Loss()
    {
        if (presence.Lost is not { } link || presence.AwaySince is not { } away)
        {
            _missed = default;
            return null;
        }

        if (_missed.Generation != link.Generation)
        {
            _missed = (link.Generation, clock.GetTimestamp());
        }

        return clock.GetElapsedTime(_missed.At) >= Patience ? (host, link.Generation, away > link.Since ? away : link.Since) : null;
    }

    /// <summary>It is stored; null: another server has said something since.</summary>
    public void NoteTold(string? report) => Volatile.Write(ref _told, new Told(report, null));

    /// <summary>Before a revision counts as applied: where it was refused, no server takes it for applied.</summary>
    public async Task TellOutcomesAsync()
    {
        if (!outcomes.HasNews)
        {
            return;
        }

        if (News is { } news)
        {
            await store.CommitAsync((view, changes) =>
            {
                HostLinks.Tell(view, changes, news);
                return true;
            });
            NoteTold(news.Report);
        }

        outcomes.HasNews = false; // only now: where it could not be stored, it is tried with the next round
    }

    /// <summary>So that the age of what is in force there is known after a restart of the server too.</summary>
    /// <param name="generation">See <see cref="HostConnection.Generation"/>.</param>
    public async Task TellAwayAsync(long generation)
    {
        if (host == HostName.Local || presence.AwaySince is not { } since)
        {
            return;
        }

        try
        {
            await HostLinks.LeaveAsync(store, host, generation, since);
        }
        catch (Exception problem)
        {
            // Whatever it was: the next agent of the host is not to wait for it.
            LogNotNoted(log, host, problem);
        }
    }

    /// <param name="Report">What the other servers were told.</param>
    /// <param name="Of">Of what that was made, once it was made anew and is the same.</param>
    private sealed record Told(string? Report, Source? Of);

    private sealed record Source(AgentStatus Status, DateTimeOffset? FailingSince, long Version, IReadOnlyList<AgentArrival> Arrivals);

    [LoggerMessage(2005, LogLevel.Warning, "it could not be stored when the agent of {Host} went away")]
    private static partial void LogNotNoted(ILogger logger, string host, Exception problem);
}
