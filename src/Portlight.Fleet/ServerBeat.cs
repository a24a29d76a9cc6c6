using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portlight.Background;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// Where several servers share a database: says that this one is there and where agents reach it, what is new of its hosts, and which of them it has lost, all in one commit
/// every <see cref="ServerRoll.BeatEvery"/>.
/// </summary>
internal sealed class ServerBeat : IAsyncDisposable
{
    /// <summary>A server that has said nothing for that long is forgotten, and agents are not sent there any more.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(7);

    /// <summary>The same of one that agents do not reach.</summary>
    private static readonly TimeSpan ForgottenWithoutAgents = TimeSpan.FromHours(1);

    private readonly IStore _store;
    private readonly HostRegistry _hosts;
    private readonly ImmutableArray<Uri> _agents;
    private readonly TimeProvider _clock;
    private readonly BackgroundLoop _loop;

    /// <param name="store">A store that is shared.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="agents">Where agents reach this server.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">The log.</param>
    public ServerBeat(IStore store, HostRegistry hosts, IEnumerable<Uri> agents, TimeProvider clock, ILogger<ServerBeat> log)
    {
        (_store, _hosts, _agents, _clock) = (store, hosts, [.. agents], clock);
        _loop = new BackgroundLoop("telling the other servers", StepAsync, clock, log);
    }

    public void Start() => _loop.Start();

    /// <exception cref="StoreException">It could not be stored.</exception>
    public async Task BeatAsync()
    {
        var news = _hosts.All.Select(host => (host.Telling, host.Telling.News)).Where(one => one.News is not null).ToList();
        var lost = _hosts.All.Select(host => host.Telling.Loss()).OfType<(string, long, DateTimeOffset)>().ToList();
        await _store.CommitAsync((view, changes) =>
        {
            var local = view.FindHost(HostName.Local) ?? throw new StoreException("the host of the servers' own machines is not stored");
            var own = new ServingServer(_hosts.Servers.Self, _agents, _clock.GetUtcNow());
            changes.Save(local with { Servers = [.. local.Servers.Where(other => !IsReplaced(other, own)), own] });
            foreach (var (_, one) in news)
            {
                HostLinks.Tell(view, changes, one!.Value);
            }

            lost.ForEach(one => HostLinks.GiveUp(view, changes, one));
            return true;
        });
        news.ForEach(one => one.Telling.NoteTold(one.News!.Value.Report));
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task StepAsync(CancellationToken stopping)
    {
        await Task.Delay(ServerRoll.BeatEvery, _clock, stopping);
        await BeatAsync();
    }

    /// <summary>This server as it was, also before it was started anew; and those that have not been there for long.</summary>
    private static bool IsReplaced(ServingServer other, ServingServer own) =>
        other.Id == own.Id
        || (own.Agents.Length > 0 && other.Agents.SequenceEqual(own.Agents))
        || other.BeatAt < own.BeatAt - (other.Agents.IsEmpty ? ForgottenWithoutAgents : Forgotten);
}
