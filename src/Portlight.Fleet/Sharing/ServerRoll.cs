using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Fleet;

/// <summary>
/// The servers of one database, as each writes itself down. One is there as long as it goes on saying so, counted in what this server has said of itself meanwhile: so no clock of
/// another machine counts, and while the database is away nobody is taken for gone. Written on the thread that writes, read from any.
/// </summary>
/// <param name="self">This server.</param>
internal sealed class ServerRoll(string self)
{
    /// <summary>How often a server says that it is there.</summary>
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(2);

    /// <summary>Beats of this server's own in which another has none: then it is gone.</summary>
    private const int MissedBeats = 3;

    private volatile ImmutableDictionary<string, Seen> _seen = ImmutableDictionary<string, Seen>.Empty;
    private volatile Listed _listed = new([]);
    private long _ownBeats;

    /// <summary>This server's <see cref="ServingServer.Id"/>.</summary>
    public string Self => self;

    /// <summary>Where agents reach the servers, those of the last days, in no order; and what completes when that changes.</summary>
    public (ImmutableArray<Uri> Addresses, Task Changed) Agents => _listed is var listed ? (listed.Addresses, listed.Changed.Task) : default;

    /// <summary>Whether a server is there.</summary>
    public bool IsThere(string id) => id == self || (_seen.TryGetValue(id, out var seen) && Interlocked.Read(ref _ownBeats) - seen.AtOwnBeat <= MissedBeats);

    /// <summary>The servers beside this one, and whether each is there.</summary>
    public IEnumerable<(ServingServer Server, bool IsThere)> Others => _seen.Values.Where(one => one.Server.Id != self).Select(one => (one.Server, IsThere(one.Server.Id)));

    /// <summary>When a server last said that it is there, by its own clock; null where nothing is known of it.</summary>
    public DateTimeOffset? LastBeat(string id) => _seen.TryGetValue(id, out var seen) ? seen.Server.BeatAt : null;

    /// <summary>Where agents reach a server; none where it takes none or is not known.</summary>
    public ImmutableArray<Uri> AgentsOf(string id) => _seen.TryGetValue(id, out var seen) ? seen.Server.Agents : [];

    /// <summary>How an agent that is connected to another server is asked; null while this server takes no agents, and has nothing to show there.</summary>
    public Func<string, IReadOnlyList<Uri>, AgentStatus, IAgent>? Asking { get; set; }

    /// <summary>The agent of a host at the server that has it.</summary>
    /// <exception cref="AgentException">It cannot be asked from here.</exception>
    public IAgent AgentAt(string host, HostLink link, AgentStatus? status)
    {
        var addresses = AgentsOf(link.Server);
        return Asking is { } ask && status is not null && addresses.Length > 0
            ? ask(host, addresses, status)
            : throw new AgentException($"the agent of the host {host} is connected to another server, which has to be asked instead: this one takes no agents (--agents). `portlight host show {host}` says which");
    }

    /// <summary>What is stored of the servers.</summary>
    public void Note(ImmutableArray<ServingServer> servers)
    {
        if (servers.FirstOrDefault(one => one.Id == self) is { } own && own.BeatAt != LastBeat(self))
        {
            Interlocked.Increment(ref _ownBeats);
        }

        var before = _seen;
        _seen = servers.ToImmutableDictionary(
            one => one.Id, one => before.TryGetValue(one.Id, out var known) && known.Server.BeatAt == one.BeatAt ? known : new Seen(one, Interlocked.Read(ref _ownBeats)));
        ImmutableArray<Uri> addresses = [.. servers.SelectMany(one => one.Agents).Distinct()];
        if (!addresses.SequenceEqual(_listed.Addresses))
        {
            var changed = _listed.Changed;
            _listed = new Listed(addresses);
            changed.TrySetResult();
        }
    }

    private sealed record Seen(ServingServer Server, long AtOwnBeat);

    private sealed record Listed(ImmutableArray<Uri> Addresses)
    {
        // Continuations run elsewhere: the thread that writes completes it.
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
