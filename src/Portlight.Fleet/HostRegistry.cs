using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// The hosts of the installation, one <see cref="HostLoop"/> each, and the door for their agents. The code that has accepted an agent, embedded or at the end of a
/// stream, and knows that it may speak for a host calls <see cref="Connect"/>, and disposes of what that returns when the agent is gone. All that the server wants of
/// the agent then comes through <see cref="IAgent"/>.
/// </summary>
internal sealed class HostRegistry : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, HostLoop> _loops = new();
    private readonly Lock _noting = new();
    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private readonly Func<string, DateTimeOffset?, HostLoop> _make;
    private ImmutableArray<HostAuthority> _taken = [];
    private Task _taking = Task.CompletedTask;

    public HostRegistry(IStore store, Projection projection, TimeProvider clock, ILoggerFactory loggers)
    {
        _store = store;
        _clock = clock;
        _make = (host, seenAt) => new HostLoop(host, seenAt, store, Servers, projection, clock, loggers.CreateLogger<HostLoop>());
        Local = _loops[HostName.Local] = _make(HostName.Local, null);
        store.Observe(Route);
        store.ObserveHosts(Note);
        lock (_noting)
        {
            foreach (var host in store.View.ListHosts())
            {
                Note(host);
            }

            _taken = Local.Stored?.Authorities ?? [];
        }
    }

    /// <summary>The servers of the database.</summary>
    public ServerRoll Servers { get; } = new(Guid.CreateVersion7().ToString());

    /// <summary>Where agents of other machines come in: this server's addresses first, those of the others behind them.</summary>
    public IReadOnlyList<Uri> AgentAddresses => [.. (Door?.Servers ?? []).Concat(Servers.Agents.Addresses).Distinct()];

    /// <summary>The host of the server's own machine.</summary>
    public HostLoop Local { get; }

    /// <summary>Where agents of other machines come in; null while this server takes none. Set by what listens for them.</summary>
    public AgentDoor? Door
    {
        get;
        set
        {
            field = value;
            Servers.Asking = value?.AgentAt;
        }
    }

    /// <summary>Every host, in no order.</summary>
    public IEnumerable<HostLoop> All => _loops.Values;

    /// <summary>The host of that name; null when there is none.</summary>
    public HostLoop? Find(string host) => _loops.GetValueOrDefault(host);

    /// <summary>An operation as it is stored.</summary>
    public Operation? FindOperation(Operation operation) => _store.View.FindOperation(operation.Scope, operation.Id);

    /// <summary>The host that an instance is on.</summary>
    public HostLoop Of(Instance instance) => Of(instance.Attachment.Host);

    /// <summary>A host by a name that is stored: one that has been removed has nothing in force.</summary>
    public HostLoop Of(string host) => host == HostName.Local ? Local : _loops.GetOrAdd(host, name => _make(name, null));

    /// <summary>A host is stored no more.</summary>
    public async Task ForgetAsync(string host, string reason)
    {
        if (_loops.TryGetValue(host, out var loop))
        {
            await loop.DisconnectAsync(reason);
            lock (_noting)
            {
                if (_store.View.FindHost(host) is not null)
                {
                    return; // one of that name was made meanwhile, and has it
                }

                _loops.TryRemove(KeyValuePair.Create(host, loop));
            }

            await loop.DisposeAsync();
        }
    }

    /// <summary>Makes this machine hold what is stored of it, then follows the store.</summary>
    /// <exception cref="AgentException">The first synchronisation failed: the kernel is as it was.</exception>
    public async Task StartLocalAsync(IAgent agent, CancellationToken cancellationToken)
    {
        await Local.SynchroniseAsync(agent, cancellationToken);
        Local.Connect(agent, holdsEverything: true);
    }

    /// <summary>
    /// An agent is here that may speak for the host. It is synchronised at once, and gets every change until it is gone. A second one under the same name: the newer
    /// one wins, the former's <see cref="HostConnection.Ended"/> completes.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="agent">Its agent.</param>
    /// <param name="generation">What <see cref="TakeAsync"/> has returned for this connection.</param>
    /// <exception cref="AgentException">There is no such host.</exception>
    public HostConnection Connect(string host, IAgent agent, long generation = 0) =>
        Find(host) is { } loop ? loop.Connect(agent, generation) : throw new AgentException($"there is no host {host} here");

    /// <summary>The agent of a host is this server's from now on, and no other one's; 0 where there is no other.</summary>
    /// <exception cref="HostRefusedException">It may not.</exception>
    public Task<long> TakeAsync(string host, AgentStatus status)
    {
        if (_store.IsShared)
        {
            return HostLinks.TakeAsync(_store, host, Servers.Self, status, _clock);
        }

        Find(host)?.Telling.Arrivals.Note(status);
        return Task.FromResult(0L);
    }

    /// <summary>Goes by the authorities that are stored from the next connection on, and has every agent connect again, to hear of them; once for each change, however often it is called.</summary>
    public Task TakeAuthoritiesAsync()
    {
        lock (_noting)
        {
            return _taking = TakeAuthoritiesAsync(_taking);
        }
    }

    private async Task TakeAuthoritiesAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        var stored = Local.Stored?.Authorities ?? [];
        if (!AreSame(stored, _taken))
        {
            _taken = stored;
            Door?.TakeAuthorities();
            await Task.WhenAll(All.Where(host => host.Host != HostName.Local).Select(host => host.DisconnectAsync("the authority for hosts is being replaced: connect again")));
        }
    }

    /// <summary>Ends the connection of a host's agent, which is told why; returns once it is called no more.</summary>
    public Task DisconnectAsync(string host, string reason) => Find(host)?.DisconnectAsync(reason) ?? Task.CompletedTask;

    /// <summary>The server's own machine is a host of every installation.</summary>
    /// <param name="zone">Its zone, where it has none yet.</param>
    public async Task EnsureLocalAsync(string zone)
    {
        if (_store.View.FindHost(HostName.Local) is null)
        {
            var local = new Host { Name = HostName.Local, Zone = zone, State = HostState.Active, CreatedAt = _clock.GetUtcNow() };
            await _store.CommitAsync((_, changes) =>
            {
                changes.Save(local);
                return true;
            });
        }
    }

    /// <summary>All together, so that what they store shares commits.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_loops.Values.Select(loop => loop.DisposeAsync().AsTask()));

    /// <summary>Hosts are stored differently than before, by whichever server. On the thread that writes.</summary>
    private void Note(IReadOnlyCollection<string> names)
    {
        lock (_noting)
        {
            foreach (var name in names)
            {
                if (_store.View.FindHost(name) is { } host)
                {
                    Note(host);
                }
                else if (name != HostName.Local)
                {
                    _ = Task.Run(() => ForgetAsync(name, $"the host {name} was removed"));
                }
            }
        }
    }

    private void Note(Host host)
    {
        var loop = _loops.GetOrAdd(host.Name, name => _make(name, host.LastSeenAt ?? host.JoinedAt));
        var before = loop.Stored?.Authorities ?? [];
        loop.Take(host);
        if (host.IsLocal)
        {
            // Those of a database that was moved into a file are nobody's.
            Servers.Note(_store.IsShared ? host.Servers : []);
            if (!before.IsEmpty && !AreSame(before, host.Authorities))
            {
                _ = TakeAuthoritiesAsync();
            }
        }
    }

    private static bool AreSame(ImmutableArray<HostAuthority> some, ImmutableArray<HostAuthority> others) =>
        some.Length == others.Length && some.Zip(others).All(pair => pair.First.Der.AsSpan().SequenceEqual(pair.Second.Der.AsSpan()));

    /// <summary>On the thread that writes.</summary>
    private void Route(IReadOnlyList<InstanceChange> changes)
    {
        if (changes.All(change => change.Instance.Attachment.Host == HostName.Local))
        {
            Local.Add(changes);
            return;
        }

        foreach (var group in changes.GroupBy(change => change.Instance.Attachment.Host))
        {
            Of(group.Key).Add([.. group]);
        }
    }
}
