using Microsoft.Extensions.Logging;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.Background;

namespace Portlight.Agent.Repairs;

/// <summary>
/// Passes changes of links and routes on, so that lab instances are repaired at once. One that was repaired rests, each time twice as long: root inside an
/// instance can delete its own link again and again, and must not keep the agent from the others by it. After its rest it is looked at again, whatever was missed.
/// </summary>
internal sealed class LabWatch : IDisposable
{
    private const int LongestRestDoublings = 6;
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    private readonly LinkWatcher _links;
    private readonly Func<LabChanges, IReadOnlyCollection<long>> _repair;
    private readonly TimeProvider _clock;
    private readonly Dictionary<long, (DateTimeOffset Until, int Times)> _resting = [];
    private readonly BackgroundLoop _loop;
    private Task<bool>? _told;
    private bool _isMissed;

    /// <param name="links">The watcher, which is disposed with this.</param>
    /// <param name="repair">Looks at the instances that are concerned, and gives those that were not as they should be.</param>
    /// <param name="clock">For the rest.</param>
    /// <param name="log">Where failures are told.</param>
    internal LabWatch(LinkWatcher links, Func<LabChanges, IReadOnlyCollection<long>> repair, TimeProvider clock, ILogger log)
    {
        _links = links;
        _repair = repair;
        _clock = clock;
        _loop = new BackgroundLoop("repair of lab links", FollowAsync, clock, log);
    }

    internal void Start() => _loop.Start();

    public void Dispose()
    {
        _loop.Dispose();
        _links.Dispose();
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        _told ??= _links.WaitAsync(stopping).AsTask();
        if (!_isMissed)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(_told, RestAsync(ended.Token));
            await ended.CancelAsync();
            stopping.ThrowIfCancellationRequested();
        }

        var now = _clock.GetUtcNow();
        var rested = _resting.Where(pair => pair.Value.Until <= now).Select(pair => pair.Key).ToList();
        var changes = new LabChanges(_resting.Keys.Except(rested).ToHashSet());
        rested.ForEach(changes.Add);
        if (_isMissed)
        {
            changes.Add(new LinkChange(LinkChangeKind.Unknown, 0, "", null));
        }

        // From here to the end of the repair what was taken is nowhere else.
        _isMissed = true;
        if (_told.IsCompleted)
        {
            _told = null;
            foreach (var change in _links.Take())
            {
                changes.Add(change);
            }
        }

        if (!changes.IsEmpty)
        {
            Rest(rested, _repair(changes));
        }

        _isMissed = false;
    }

    private void Rest(List<long> rested, IReadOnlyCollection<long> repaired)
    {
        foreach (var index in rested.Except(repaired))
        {
            _resting.Remove(index);
        }

        foreach (var index in repaired)
        {
            var times = _resting.GetValueOrDefault(index).Times;
            _resting[index] = (_clock.GetUtcNow() + (FirstRest * (1 << Math.Min(times, LongestRestDoublings))), times + 1);
        }
    }

    private Task RestAsync(CancellationToken stopping)
    {
        if (_resting.Count == 0)
        {
            return Task.Delay(Timeout.InfiniteTimeSpan, _clock, stopping);
        }

        var left = _resting.Values.Min(rest => rest.Until) - _clock.GetUtcNow();
        return Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _clock, stopping);
    }
}
