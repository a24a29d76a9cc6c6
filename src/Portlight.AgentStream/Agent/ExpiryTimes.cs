using System.Collections.Immutable;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Agent;

/// <summary>
/// When rules of what is kept expire, so that this machine closes them though no server is reached. A time is of the server's clock, which the round tells; from when it is
/// first seen the clock counts that nobody sets. A start without a server has nothing but its own clock to go by, and then no more is left than was given.
/// </summary>
internal sealed class ExpiryTimes : IDisposable
{
    /// <summary>After an attempt that the kernel has refused.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>No timer takes much more than a month; what is due later is waited for again.</summary>
    private static readonly TimeSpan MostDelay = TimeSpan.FromDays(1);

    private readonly Dictionary<long, Dictionary<long, long>> _due = [];
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private TimeSpan _serverAhead;

    /// <param name="clock">The time.</param>
    /// <param name="ring">Called when something may be due; it must not throw.</param>
    internal ExpiryTimes(TimeProvider clock, Action ring)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>A server tells what time it is, in milliseconds since 1970; 0 where it does not.</summary>
    internal void Tell(long serverClock) =>
        _serverAhead = serverClock is > 0 and <= 253402300799999 ? DateTimeOffset.FromUnixTimeMilliseconds(serverClock) - _clock.GetUtcNow() : _serverAhead;

    /// <summary>This is kept of an instance from now on; null for nothing.</summary>
    internal void Note(long index, Desired? desired)
    {
        // Of nearly all instances nothing expires, and a start looks at thousands.
        if (!Expiring(desired).IsEmpty || _due.ContainsKey(index))
        {
            NoteTimes(index, Expiring(desired));
        }
    }

    private void NoteTimes(long index, ImmutableArray<ExpiringRule> expiring)
    {
        var known = _due.GetValueOrDefault(index);
        var now = expiring.DistinctBy(one => one.At).ToDictionary(Key, one => known?.TryGetValue(Key(one), out var due) == true ? due : DueOf(one));
        if (now.Count > 0)
        {
            _due[index] = now;
        }
        else if (known is not null)
        {
            _due.Remove(index);
        }
    }

    /// <summary>Rings when the first is due; after a while where one is overdue.</summary>
    internal void Arm()
    {
        if (_due.Count == 0)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var ticks = _due.Values.Min(times => times.Values.Min()) - _clock.GetTimestamp();
        var left = TimeSpan.FromMilliseconds(Math.Ceiling(ticks * 1000.0 / _clock.TimestampFrequency));
        _timer.Change(left <= TimeSpan.Zero ? RetryAfter : left > MostDelay ? MostDelay : left, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Instances of which something is due.</summary>
    internal List<long> Due() => [.. _due.Where(one => one.Value.Values.Min() <= _clock.GetTimestamp()).Select(one => one.Key)];

    /// <summary>An instance without what has expired: itself where nothing has, or it cannot be read.</summary>
    internal Desired Current(Desired desired) => Expiring(desired).IsEmpty ? desired : WithoutExpired(desired);

    private Desired WithoutExpired(Desired desired)
    {
        ImmutableArray<ExpiringRule> expired = [.. Expiring(desired).Where(one => (_due.GetValueOrDefault(desired.Index)?.TryGetValue(Key(one), out var due) == true ? due : DueOf(one)) <= _clock.GetTimestamp())];
        if (expired.IsEmpty)
        {
            return desired;
        }

        var read = States.Read(desired);
        return States.Write(read with { Ports = read.Ports.Close(expired.AsEnumerable()), Expiring = [.. read.Expiring.Where(one => !expired.Any(gone => gone.At == one.At))] });
    }

    private static long Key(ExpiringRule one) => one.At.UtcTicks;

    private static ImmutableArray<ExpiringRule> Expiring(Desired? desired) => desired is not null && States.Problem(desired) is null ? States.Read(desired).Expiring : [];

    private long DueOf(ExpiringRule one)
    {
        var left = one.At - (_clock.GetUtcNow() + _serverAhead);
        left = left < TimeSpan.Zero ? TimeSpan.Zero : left > one.Within ? one.Within : left;
        return _clock.GetTimestamp() + (long)(left.TotalSeconds * _clock.TimestampFrequency);
    }
}
