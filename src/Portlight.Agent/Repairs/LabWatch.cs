using Portlight.Agent.Lab;
using Portlight.Agent.Links;

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
    private readonly CancellationTokenSource _ending = new();
    private Task _following = Task.CompletedTask;

    private LabWatch(LinkWatcher links, Func<LabChanges, IReadOnlyCollection<long>> repair, TimeProvider clock)
    {
        _links = links;
        _repair = repair;
        _clock = clock;
    }

    /// <param name="links">The watcher, which is disposed with this.</param>
    /// <param name="repair">Looks at the instances that are concerned, and gives those that were not as they should be.</param>
    /// <param name="clock">For the rest.</param>
    internal static LabWatch Start(LinkWatcher links, Func<LabChanges, IReadOnlyCollection<long>> repair, TimeProvider clock)
    {
        var watch = new LabWatch(links, repair, clock);
        watch._following = Task.Run(watch.FollowAsync, CancellationToken.None);
        return watch;
    }

    public void Dispose()
    {
        _ending.Cancel();
        _links.Dispose();
        _following.ContinueWith(_ => { }, TaskScheduler.Default).GetAwaiter().GetResult();
        _ending.Dispose();
    }

    private async Task FollowAsync()
    {
        var told = _links.WaitAsync(_ending.Token).AsTask();
        while (!_ending.IsCancellationRequested)
        {
            await Task.WhenAny(told, RestAsync());
            var now = _clock.GetUtcNow();
            var rested = _resting.Where(pair => pair.Value.Until <= now).Select(pair => pair.Key).ToList();
            var changes = new LabChanges(_resting.Keys.Except(rested).ToHashSet());
            rested.ForEach(changes.Add);
            if (told.IsCompleted)
            {
                if (!await told)
                {
                    return;
                }

                foreach (var change in _links.Take())
                {
                    changes.Add(change);
                }

                told = _links.WaitAsync(_ending.Token).AsTask();
            }

            if (!changes.IsEmpty)
            {
                Rest(rested, _repair(changes));
            }
        }
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

    private Task RestAsync()
    {
        if (_resting.Count == 0)
        {
            return Task.Delay(Timeout.InfiniteTimeSpan, _clock, _ending.Token);
        }

        var left = _resting.Values.Min(rest => rest.Until) - _clock.GetUtcNow();
        return Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _clock, _ending.Token);
    }
}
