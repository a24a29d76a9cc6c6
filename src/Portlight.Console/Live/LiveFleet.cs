using System.Collections.Immutable;
using Portlight.Console.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Live;

/// <summary>
/// The fleet as one person may see it, kept up to date by one watch for all the tabs of the person: listed once, then changed by what WatchChanges tells. It goes on while somebody looks, and a minute longer.
/// </summary>
/// <param name="caller">Calls the API as the person.</param>
/// <param name="clock">Paces what is tried again.</param>
/// <param name="over">Cancelled when the person's session is over.</param>
internal sealed class LiveFleet(ApiCaller caller, TimeProvider clock, CancellationToken over)
{
    /// <summary>Beyond so many that wait for their host, the whole is read again instead of each by itself.</summary>
    private const int MostReadByName = 20;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>What is refused is asked for again, because policies change; seldom, because each time is an event of the audit log.</summary>
    private static readonly TimeSpan RefusedRetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long it goes on when nobody looks: from one page to the next.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<Action> _watchers = [];
    private bool _isRunning;
    private DateTimeOffset _leftAt;

    /// <summary>The fleet as it is now; empty while it is not watched.</summary>
    public FleetSnapshot Snapshot { get; private set; } = FleetSnapshot.Empty;

    /// <summary>Begins to watch; <paramref name="changed"/> is called on a thread of the pool after each change. Disposing ends it.</summary>
    public IDisposable Watch(Action changed)
    {
        lock (_gate)
        {
            _watchers.Add(changed);
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Task.Run(() => RunAsync(over), CancellationToken.None);
            }
        }

        return new Watcher(this, changed);
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        long? revision = null;
        while (!cancellation.IsCancellationRequested && !EndsUnseen())
        {
            try
            {
                revision = revision is { } after ? await FollowAsync(after, cancellation) : await ReadAllAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
            catch (ApiException exception)
            {
                Publish(Snapshot with { Problem = exception.Message, IsSignedOut = exception.Kind == ApiFault.SignedOut });
                var isRefused = exception.Kind is not ApiFault.Unreachable;
                revision = isRefused ? null : revision;
                await Task.Delay(isRefused ? RefusedRetryAfter : RetryAfter, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception unforeseen) when (unforeseen is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                // An answer that broke off, or that nobody can read: a watch that ended here would leave every page as it was, for good.
                Publish(Snapshot with { Problem = $"the server's answer could not be read: {unforeseen.Message}" });
                revision = null;
                await Task.Delay(RetryAfter, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (cancellation.IsCancellationRequested)
        {
            Publish(Snapshot with { Problem = "the session is over", IsSignedOut = true });
        }
    }

    /// <summary>Lists everything; returns the revision from which to watch.</summary>
    private async Task<long?> ReadAllAsync(CancellationToken cancellation)
    {
        var (instances, revision) = await FleetPages.ReadAsync(caller, cancellation);
        Publish(new FleetSnapshot { Instances = instances, IsRead = true });
        return revision;
    }

    /// <summary>Waits for changes and takes them in; returns the revision to go on from, null to read everything again.</summary>
    private async Task<long?> FollowAsync(long after, CancellationToken cancellation)
    {
        // A change is told once; that a host confirms it late is not, so instances that wait are asked for.
        var waiting = Snapshot.Instances.Where(instance => instance.Sync == SyncState.Waiting).Select(instance => instance.Name).ToList();
        var answer = await caller.CallAsync(
            "WatchChanges", new WatchChangesRequest { AfterRevision = after, WaitSeconds = waiting.Count > 0 ? 1 : 20 }, PortlightJson.Default.WatchChangesRequest, PortlightJson.Default.WatchChangesResponse, cancellation);
        if (answer.MustReadAgain || waiting.Count > MostReadByName)
        {
            return null;
        }

        List<InstanceStatus> changed = [.. answer.Changed];
        foreach (var name in waiting.Where(name => changed.TrueForAll(status => status.Name != name)))
        {
            changed.AddRange(await FleetPages.FindAsync(caller, name, cancellation));
        }

        if (changed.Count > 0 || answer.Removed.Count > 0 || Snapshot.Problem is not null)
        {
            Publish(Snapshot with { Instances = Merge(changed, answer.Removed), Problem = null, IsSignedOut = false });
        }

        return answer.Revision;
    }

    private ImmutableArray<InstanceView> Merge(IEnumerable<InstanceStatus> changed, IReadOnlyList<string> removed)
    {
        var builder = Snapshot.Instances.ToBuilder();
        builder.RemoveAll(instance => removed.Contains(instance.Name));
        var places = builder.Select((instance, place) => (instance.Name, place)).ToDictionary(pair => pair.Name, pair => pair.place, StringComparer.Ordinal);
        foreach (var view in changed.Select(status => new InstanceView(status)))
        {
            if (places.TryGetValue(view.Name, out var place))
            {
                builder[place] = view;
            }
            else
            {
                places[view.Name] = builder.Count;
                builder.Add(view);
            }
        }

        return builder.DrainToImmutable();
    }

    private void Publish(FleetSnapshot snapshot)
    {
        Action[] watchers;
        lock (_gate)
        {
            Snapshot = snapshot;
            watchers = [.. _watchers];
        }

        foreach (var watcher in watchers)
        {
            try
            {
                watcher();
            }
            catch (Exception closing) when (closing is ObjectDisposedException or InvalidOperationException)
            {
                // A page that is being closed; the others are told all the same.
            }
        }
    }

    private void End(Action changed)
    {
        lock (_gate)
        {
            _watchers.Remove(changed);
            _leftAt = clock.GetUtcNow();
        }
    }

    /// <summary>Whether nobody has looked for a while; then it is over, and what was read is forgotten, because it ages.</summary>
    private bool EndsUnseen()
    {
        lock (_gate)
        {
            if (_watchers.Count > 0 || clock.GetUtcNow() - _leftAt < Linger)
            {
                return false;
            }

            (_isRunning, Snapshot) = (false, FleetSnapshot.Empty);
            return true;
        }
    }

    private sealed class Watcher(LiveFleet fleet, Action changed) : IDisposable
    {
        public void Dispose() => fleet.End(changed);
    }
}
