using System.Collections.Concurrent;
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
    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private readonly Func<string, DateTimeOffset?, HostLoop> _make;

    public HostRegistry(IStore store, Projection projection, TimeProvider clock, ILoggerFactory loggers)
    {
        _store = store;
        _clock = clock;
        _make = (host, seenAt) => new HostLoop(host, seenAt, store, projection, clock, loggers.CreateLogger<HostLoop>());
        Local = _loops[HostName.Local] = _make(HostName.Local, null);
        foreach (var host in store.View.ListHosts())
        {
            Note(host);
        }

        store.Observe(Route);
    }

    /// <summary>The host of the server's own machine.</summary>
    public HostLoop Local { get; }

    /// <summary>Where agents of other machines come in; null while this server takes none. Set by what listens for them.</summary>
    public AgentDoor? Door { get; set; }

    /// <summary>Every host, in no order.</summary>
    public IEnumerable<HostLoop> All => _loops.Values;

    /// <summary>The host of that name; null when there is none.</summary>
    public HostLoop? Find(string host) => _loops.GetValueOrDefault(host);

    /// <summary>The host that an instance is on.</summary>
    public HostLoop Of(Instance instance) => Of(instance.Attachment.Host);

    /// <summary>A host by a name that is stored: one that has been removed has nothing in force.</summary>
    public HostLoop Of(string host) => host == HostName.Local ? Local : _loops.GetOrAdd(host, name => _make(name, null));

    /// <summary>A host is stored as it is here now.</summary>
    public void Note(Host host) => _loops.GetOrAdd(host.Name, name => _make(name, host.LastSeenAt ?? host.JoinedAt)).Stored = host;

    /// <summary>A host is stored no more.</summary>
    public async Task ForgetAsync(string host, string reason)
    {
        if (_loops.TryRemove(host, out var loop))
        {
            await loop.DisconnectAsync(reason);
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
    /// <exception cref="AgentException">There is no such host.</exception>
    public HostConnection Connect(string host, IAgent agent) =>
        Find(host) is { } loop ? loop.Connect(agent) : throw new AgentException($"there is no host {host} here");

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
            Note(local);
        }
    }

    /// <summary>All together, so that what they store shares commits.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_loops.Values.Select(loop => loop.DisposeAsync().AsTask()));

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
