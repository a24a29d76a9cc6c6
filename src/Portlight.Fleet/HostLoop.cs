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
    private readonly HostPresence _presence;
    private readonly HostTurn _turn;
    private readonly ServerRoll _servers;
    private readonly Lazy<long> _wantedBefore;
    private long _wanted;
    private Task _running = Task.CompletedTask;

    /// <param name="host">Name of the host.</param>
    /// <param name="seenAt">When its agent was there last, as far as that is stored.</param>
    /// <param name="store">The store.</param>
    /// <param name="servers">The servers that may have its agent.</param>
    /// <param name="projection">What an agent is told of an instance.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">The log.</param>
    public HostLoop(string host, DateTimeOffset? seenAt, IStore store, ServerRoll servers, Projection projection, TimeProvider clock, ILogger<HostLoop> log)
    {
        Host = host;
        _store = store;
        _clock = clock;
        _log = log;
        _confirmations = new Confirmations(clock);
        _servers = servers;
        _turn = new HostTurn(host);
        Outcomes = new HostOutcomes(store, _turn, projection, _confirmations, clock, log);
        _presence = new HostPresence(seenAt ?? clock.GetUtcNow(), servers);
        Telling = new HostTelling(host, store, _presence, Outcomes, () => _contact.FailingSince, clock, log);
        _questions = new HostQuestions(RequireAgent, clock);
        _rounds = new HostRounds(host, store, projection, _pending, Outcomes, _turn);
        // That of the server's own machine has everything at the start. Of what was removed the record is left.
        _wantedBefore = new Lazy<long>(() => host == HostName.Local
            ? 0
            : Math.Max(store.View.NewestAwaitedOn(host), store.View.ListInstancesOn(host).Select(instance => instance.Revision).DefaultIfEmpty().Max()));
    }

    /// <summary>Name of the host.</summary>
    public string Host { get; }

    /// <summary>The host as it is stored; null where nothing is stored of it.</summary>
    public Host? Stored => _presence.Stored;

    /// <summary>The link to the other server that has its agent; null where none has.</summary>
    public HostLink? Elsewhere => _presence.Elsewhere;

    /// <summary>What other servers are told of it.</summary>
    public HostTelling Telling { get; }

    /// <summary>What became of its instances.</summary>
    public HostOutcomes Outcomes { get; }

    /// <summary>Since when no agent is connected, here or to another server, as far as this one knows; null while one is.</summary>
    public DateTimeOffset? AwaySince => _presence.AwaySince;

    /// <summary>What its agent says of itself, or said last; null when none has been connected.</summary>
    public AgentStatus? Status => _presence.Status;

    /// <summary>Waits for what became of a revision: null when it is in force; else why not (<see cref="AgentReport.Rejected"/>, <see cref="AgentReport.Unfiltered"/>).</summary>
    /// <exception cref="TimeoutException">No word came in time, or none can come because no agent is connected; the change goes on.</exception>
    public Task<AgentReport?> ConfirmAsync(long revision, TimeSpan timeout) => _confirmations.WaitAsync(revision, AwaySince is null ? timeout : TimeSpan.Zero);

    /// <summary>The revision up to which the kernel has confirmed since this server was started, or to the server that has its agent; 0 before the first synchronisation.</summary>
    public long InForce => Elsewhere is null ? _confirmations.Confirmed : Math.Max(_confirmations.Confirmed, _store.View.AppliedOn(Host));

    /// <summary>How many instances it has.</summary>
    public int InstanceCount => Elsewhere is null ? Outcomes.StandingCount : _store.View.ListInstancesOn(Host).Count;

    /// <summary>Whether the kernel has refused a revision, or packets are not filtered by it.</summary>
    public bool IsRefused(long revision) => _confirmations.IsRefused(revision);

    /// <summary>
    /// Whether the last round went through and the kernel has refused nothing that is stored still. A single change that it refused is reverted, and what stood
    /// before stands.
    /// </summary>
    public bool IsEnforcing => _contact.FailingSince is null && Outcomes.IsAllInForce;

    /// <summary>How the agent gets on.</summary>
    public AgentContact Contact => Elsewhere is { } link ? new AgentContact(_servers.LastBeat(link.Server), _presence.Report?.FailingSince) : _contact;

    /// <summary>Asks the agent something: <see cref="HostQuestions"/>.</summary>
    /// <exception cref="AgentException">None is connected, or it cannot say.</exception>
    public Task<T> AskAsync<T>(Func<IAgent, Task<T>> ask) => _questions.AskAsync(ask);

    /// <summary>The agent that is connected here; null when none is.</summary>
    public IAgent? Agent => _presence.Connection?.Agent;

    /// <summary>The agent, which may be connected to another server: then it can be asked, and nothing else.</summary>
    /// <exception cref="AgentException">None is connected, or it cannot be asked from here.</exception>
    public IAgent RequireAgent() => Agent
        ?? (Elsewhere is { } link ? _servers.AgentAt(Host, link, Status) : null)
        ?? throw new AgentException(AwayText(AwaySince ?? _clock.GetUtcNow()));

    /// <summary>Why nothing is confirmed at present, in words; null while an agent is connected.</summary>
    public string? Away => AwaySince is not { } since ? null
        : Stored is { State: HostState.Revoked } ? $"the host {Host} is revoked and may not connect; what was in force there stays so, and this fails when the host is removed"
        : $"{AwayText(since)}; what was in force there stays so, and this waits until it is back";

    /// <summary>The newest revision that is stored of an instance here, also of one that was removed.</summary>
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
    public async Task SynchroniseAsync(IAgent agent, CancellationToken cancellationToken) => await ConfirmAsync(await _rounds.SynchroniseAsync(agent, cancellationToken));

    /// <summary>From now on this agent is the host's, and is called by this loop alone; a former one is told that it is not any more.</summary>
    /// <param name="agent">Its calls return when their token is cancelled: another agent of the host is called only then.</param>
    /// <param name="generation">See <see cref="HostConnection.Generation"/>.</param>
    /// <param name="holdsEverything">It has just been synchronised, by <see cref="SynchroniseAsync"/>.</param>
    public HostConnection Connect(IAgent agent, long generation = 0, bool holdsEverything = false)
    {
        var connection = new HostConnection(agent, generation, Disconnected);
        HostConnection? former;
        Task before;
        lock (_gate)
        {
            (former, before) = (_presence.Connect(connection), _running);
            _running = Task.Run(() => RunAsync(connection, before, holdsEverything), CancellationToken.None);
        }

        Telling.NoteTold(null);
        _questions.Arrived();

        if (former is not null)
        {
            LogReplaced(_log, Host);
            former.End($"another agent has connected as {Host}; if that is no restart, two machines have its key: make a new token for one of them under another name");
        }

        EndWhatIsNotOurs();
        return connection;
    }

    /// <summary>The host is stored like this now, by whichever server. Brief: on the thread that writes.</summary>
    public void Take(Host stored)
    {
        _presence.Take(stored);
        EndWhatIsNotOurs();
        if (Elsewhere is not null)
        {
            Telling.NoteTold(null);
            _questions.Arrived(); // what waits for it is asked there
            if (_presence.Report is { } report)
            {
                Outcomes.Take(report);
            }

            _confirmations.Confirm(_store.View.AppliedOn(Host));
        }
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
                _presence.Disconnect(_clock.GetUtcNow(), connection.Agent.Status);
            }
        }
    }

    /// <summary>Asked when a connection has been made and when the host is stored anew, so whichever comes last ends it.</summary>
    private void EndWhatIsNotOurs()
    {
        if (_presence.Connection is { } connection && _presence.WhyNotOurs(connection) is { } reason)
        {
            _ = Task.Run(() => connection.End(reason)); // what it cancels is nothing for the thread that writes
        }
    }

    private async Task RunAsync(HostConnection connection, Task before, bool holdsEverything)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // calls of agents of one host do not overlap, and whatever became of the former one this one is called
        if (!holdsEverything)
        {
            _pending.AskForEverything();
        }

        _turn.Generation = connection.Generation;
        await FollowAsync(connection);
        await Telling.TellAwayAsync(connection.Generation);
    }

    private async Task FollowAsync(HostConnection connection)
    {
        var (agent, cancellationToken) = (connection.Agent, connection.Stopping);
        using var comparisons = new ComparisonTurns(agent, _pending, _clock, cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _pending.RungAsync();
                cancellationToken.ThrowIfCancellationRequested();
                if (comparisons.Take() is { } seen)
                {
                    await seen; // a watcher that failed is a problem of this round
                    await SynchroniseAsync(agent, cancellationToken);
                }
                else
                {
                    await ConfirmAsync(await _rounds.ApplyPendingAsync(agent, cancellationToken));
                }
            }
            catch (NotOursException gone)
            {
                connection.End(gone.Message);
                return;
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

    private async Task ConfirmAsync(long? revision)
    {
        if (revision is not { } upTo)
        {
            return;
        }

        _contact = new AgentContact(_clock.GetUtcNow(), null);
        await Telling.TellOutcomesAsync();
        _store.NoteApplied(Host, upTo);
        _confirmations.Confirm(upTo);
    }

    [LoggerMessage(2001, LogLevel.Error, "what is stored could not be made true in the kernel of {Host}; trying again")]
    private static partial void LogRoundFailed(ILogger logger, string host, Exception problem);

    [LoggerMessage(2004, LogLevel.Warning, "another agent has connected as {Host}: the former one is disconnected")]
    private static partial void LogReplaced(ILogger logger, string host);
}
