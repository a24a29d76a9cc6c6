using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// The one path that carries desired state to the kernel of a host, whatever woke it: a commit, a connection, drift, the slow timer. Level-triggered: what it
/// applies is the stored state, whole; a change that came twice or was overtaken does no harm. While no agent is connected nothing is applied, and everything is
/// when one comes.
/// </summary>
internal sealed partial class HostLoop : IAsyncDisposable
{
    private static readonly TimeSpan FullComparison = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly IStore _store;
    private readonly Confirmations _confirmations;
    private readonly PendingChanges _pending = new();
    private readonly HostRounds _rounds;
    private readonly HostQuestions _questions;
    private readonly TimeProvider _clock;
    private readonly ILogger<HostLoop> _log;
    private readonly Lock _gate = new();
    private volatile AgentContact _contact = new(null, null);
    private volatile Presence _presence;
    private volatile Host? _stored;
    private readonly Lazy<long> _wantedBefore;
    private long _wanted;
    private Task _running = Task.CompletedTask;

    /// <param name="host">Name of the host.</param>
    /// <param name="seenAt">When its agent was there last, as far as that is stored.</param>
    /// <param name="store">The store.</param>
    /// <param name="projection">What an agent is told of an instance.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">The log.</param>
    public HostLoop(string host, DateTimeOffset? seenAt, IStore store, Projection projection, TimeProvider clock, ILogger<HostLoop> log)
    {
        Host = host;
        _store = store;
        _clock = clock;
        _log = log;
        _confirmations = new Confirmations(clock);
        Outcomes = new HostOutcomes(store, _confirmations, clock, log);
        _questions = new HostQuestions(RequireAgent, clock);
        _rounds = new HostRounds(host, store, projection, _pending, Outcomes);
        _presence = new Presence(null, seenAt ?? clock.GetUtcNow(), null);
        // That of the server's own machine has everything at the start.
        _wantedBefore = new Lazy<long>(() => host == HostName.Local ? 0 : store.View.ListInstancesOn(host).Select(instance => instance.Revision).DefaultIfEmpty().Max());
    }

    /// <summary>Name of the host.</summary>
    public string Host { get; }

    /// <summary>The host as it is stored; null where nothing is stored of it.</summary>
    public Host? Stored
    {
        get => _stored;
        set => _stored = value;
    }

    /// <summary>What became of its instances.</summary>
    public HostOutcomes Outcomes { get; }

    /// <summary>Since when no agent is connected, as far as this server knows; null while one is.</summary>
    public DateTimeOffset? AwaySince => _presence.AwaySince;

    /// <summary>What its agent says of itself, or said last; null when none has been connected.</summary>
    public AgentStatus? Status => _presence is { Connection: { } connection } ? connection.Agent.Status : _presence.LastStatus;

    /// <summary>Waits for what became of a revision: null when it is in force; else why not (<see cref="AgentReport.Rejected"/>, <see cref="AgentReport.Unfiltered"/>).</summary>
    /// <exception cref="TimeoutException">No word came in time, or none can come because no agent is connected; the change goes on.</exception>
    public Task<AgentReport?> ConfirmAsync(long revision, TimeSpan timeout) => _confirmations.WaitAsync(revision, AwaySince is null ? timeout : TimeSpan.Zero);

    /// <summary>The revision up to which the kernel has confirmed since this server was started; 0 before the first synchronisation.</summary>
    public long InForce => _confirmations.Confirmed;

    /// <summary>Whether the kernel has refused a revision, or packets are not filtered by it.</summary>
    public bool IsRefused(long revision) => _confirmations.IsRefused(revision);

    /// <summary>
    /// Whether the last round went through and the kernel has refused nothing that is stored still. A single change that it refused is reverted, and what stood
    /// before stands.
    /// </summary>
    public bool IsEnforcing => _contact.FailingSince is null && Outcomes.IsAllInForce;

    /// <summary>How the agent gets on.</summary>
    public AgentContact Contact => _contact;

    /// <summary>Asks the agent something: <see cref="HostQuestions"/>.</summary>
    /// <exception cref="AgentException">None is connected, or it cannot say.</exception>
    public Task<T> AskAsync<T>(Func<IAgent, Task<T>> ask) => _questions.AskAsync(ask);

    /// <summary>The agent.</summary>
    /// <exception cref="AgentException">None is connected.</exception>
    public IAgent RequireAgent()
    {
        var presence = _presence;
        return presence.Connection?.Agent ?? throw new AgentException(AwayText(presence.AwaySince!.Value));
    }

    /// <summary>Why nothing is confirmed at present, in words; null while an agent is connected.</summary>
    public string? Away => AwaySince is { } since ? $"{AwayText(since)}; what was in force there stays so, and this waits until it is back" : null;

    /// <summary>The newest revision that is stored of an instance here; of what was removed before this server was started nothing is known.</summary>
    public long Wanted => Math.Max(Math.Max(Interlocked.Read(ref _wanted), _wantedBefore.Value), _store.View.AppliedOn(Host));

    /// <summary>Changes of instances of this host were committed.</summary>
    public void Add(IReadOnlyList<InstanceChange> changes)
    {
        Interlocked.Exchange(ref _wanted, changes[^1].Revision);
        if (_presence.Connection is null)
        {
            _pending.AskForEverything(); // a list would grow as long as nobody takes it
        }
        else
        {
            _pending.Add(changes);
        }
    }

    /// <summary>Makes the host hold what is stored of it, before its agent is connected.</summary>
    /// <exception cref="AgentException">The kernel is as it was.</exception>
    public async Task SynchroniseAsync(IAgent agent, CancellationToken cancellationToken) => Confirm(await _rounds.SynchroniseAsync(agent, cancellationToken));

    /// <summary>From now on this agent is the host's, and is called by this loop alone; a former one is told that it is not any more.</summary>
    /// <param name="agent">Its calls return when their token is cancelled: another agent of the host is called only then.</param>
    /// <param name="holdsEverything">It has just been synchronised, by <see cref="SynchroniseAsync"/>.</param>
    public HostConnection Connect(IAgent agent, bool holdsEverything = false)
    {
        var connection = new HostConnection(agent, Disconnected);
        HostConnection? former;
        Task before;
        lock (_gate)
        {
            (former, before) = (_presence.Connection, _running);
            _presence = new Presence(connection, null, null);
            _running = Task.Run(() => RunAsync(connection, before, holdsEverything), CancellationToken.None);
        }

        _questions.Arrived();

        if (former is not null)
        {
            LogReplaced(_log, Host);
            former.End($"another agent has connected as {Host}; if that is no restart, two machines have its key: make a new token for one of them under another name");
        }

        return connection;
    }

    /// <summary>Ends the connection of the host's agent, if there is one, and returns once it is called no more.</summary>
    public async Task DisconnectAsync(string reason)
    {
        _presence.Connection?.End(reason);
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        _questions.End();
        await DisconnectAsync("the server is being stopped");
        _confirmations.Dispose();
    }

    private string AwayText(DateTimeOffset since) => $"the host {Host} is away since {since:yyyy-MM-ddTHH:mm:ssZ}";

    private void Disconnected(HostConnection connection)
    {
        lock (_gate)
        {
            if (_presence.Connection == connection)
            {
                _presence = new Presence(null, _clock.GetUtcNow(), connection.Agent.Status);
            }
        }
    }

    private async Task RunAsync(HostConnection connection, Task before, bool holdsEverything)
    {
        await before; // calls of agents of one host do not overlap
        if (!holdsEverything)
        {
            _pending.AskForEverything();
        }

        await FollowAsync(connection);
        await NoteAwayAsync();
    }

    /// <summary>So that the age of what is in force there is known after a restart of the server too.</summary>
    private async Task NoteAwayAsync()
    {
        if (Host == HostName.Local || AwaySince is not { } since)
        {
            return;
        }

        try
        {
            var committed = await _store.CommitAsync((view, changes) =>
            {
                var seen = view.FindHost(Host) is { } stored ? stored with { LastSeenAt = since } : null;
                if (seen is not null)
                {
                    changes.Save(seen);
                }

                return seen;
            });
            Stored = committed.Result;
        }
        catch (Exception problem) when (problem is StoreException or ObjectDisposedException)
        {
            LogNotNoted(_log, Host, problem);
        }
    }

    private async Task FollowAsync(HostConnection connection)
    {
        var (agent, cancellationToken) = (connection.Agent, connection.Stopping);
        var drift = agent.DriftAsync(cancellationToken);
        var compared = _clock.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _pending.WaitAsync(drift, FullComparison, _clock, cancellationToken);
                if (drift.IsCompleted || _clock.GetElapsedTime(compared) >= FullComparison)
                {
                    var seen = drift.IsCompleted ? drift : Task.CompletedTask;
                    drift = drift.IsCompleted ? agent.DriftAsync(cancellationToken) : drift;
                    compared = _clock.GetTimestamp();
                    await seen; // a watcher that failed is a problem of this round
                    await SynchroniseAsync(agent, cancellationToken);
                }
                else
                {
                    Confirm(await _rounds.ApplyPendingAsync(agent, cancellationToken));
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                // Whatever it was: a firewall that goes on answering and no longer enforces is the worst outcome. Nothing is lost, because what was pending
                // is in the store and the next round applies all of it.
                LogRoundFailed(_log, Host, problem);
                _contact = _contact with { FailingSince = _contact.FailingSince ?? _clock.GetUtcNow() };
                _pending.AskForEverything();
                await Task.Delay(RetryAfter, _clock, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private void Confirm(long? revision)
    {
        if (revision is { } upTo)
        {
            _contact = new AgentContact(_clock.GetUtcNow(), null);
            _store.NoteApplied(Host, upTo);
            _confirmations.Confirm(upTo);
        }
    }

    /// <summary>Whether the agent is here.</summary>
    private sealed record Presence(HostConnection? Connection, DateTimeOffset? AwaySince, AgentStatus? LastStatus);

    [LoggerMessage(2001, LogLevel.Error, "what is stored could not be made true in the kernel of {Host}; trying again")]
    private static partial void LogRoundFailed(ILogger logger, string host, Exception problem);

    [LoggerMessage(2005, LogLevel.Warning, "it could not be stored when the agent of {Host} went away")]
    private static partial void LogNotNoted(ILogger logger, string host, Exception problem);

    [LoggerMessage(2004, LogLevel.Warning, "another agent has connected as {Host}: the former one is disconnected")]
    private static partial void LogReplaced(ILogger logger, string host);
}
