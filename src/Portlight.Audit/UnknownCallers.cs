using System.Net;
using System.Net.Sockets;
using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Audit;

/// <summary>
/// How many events of strangers are recorded: calls whose signature does not hold cost their sender nothing, and must not be able to fill the disk. Each source (an
/// IPv4 address, an IPv6 /48, which is what a site is given) has a share of its own, so that a flood from one leaves room for every other. What is left out is
/// counted.
/// </summary>
internal sealed class UnknownCallers(TimeProvider clock)
{
    /// <summary>Events of one source at once; one a second after that.</summary>
    public const int OfSource = 10;

    /// <summary>Events of all sources at once.</summary>
    public const int OfAll = 200;

    /// <summary>Events of all sources each second.</summary>
    public const int PerSecond = 20;

    internal const int MaxSources = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<Cidr, TokenBucket> _sources = [];
    private readonly TokenBucket _all = new(OfAll, PerSecond, clock);

    // Callers that come while the table is full, or from nowhere, share one.
    private readonly TokenBucket _others = new(OfSource, 1, clock);
    private long _nextSweep;
    private long _untold;
    private long _total;

    /// <summary>All that were ever left out.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Whether one more from there may be recorded now.</summary>
    public bool TryTake(IPAddress? from)
    {
        lock (_gate)
        {
            var source = from is null ? _others : Of_NeedsLock(BlockOf(from));
            if (source.HasAny && _all.HasAny)
            {
                source.Take(1);
                _all.Take(1);
                return true;
            }
        }

        Interlocked.Increment(ref _untold);
        Interlocked.Increment(ref _total);
        return false;
    }

    /// <summary>How many were left out since this was last asked.</summary>
    public long TakeUntold() => Interlocked.Read(ref _untold) == 0 ? 0 : Interlocked.Exchange(ref _untold, 0);

    /// <summary>What was taken has not been told.</summary>
    public void PutBack(long count) => Interlocked.Add(ref _untold, count);

    private static Cidr BlockOf(IPAddress address)
    {
        var one = Cidr.Of(address);
        return one.Family == AddressFamily.InterNetworkV6 ? Cidr.Create(one.Family, one.Network, 48) : one;
    }

    private TokenBucket Of_NeedsLock(Cidr block)
    {
        if (_sources.TryGetValue(block, out var known))
        {
            return known;
        }

        if (_sources.Count >= MaxSources)
        {
            Sweep_NeedsLock();
        }

        return _sources.Count >= MaxSources ? _others : _sources[block] = new TokenBucket(OfSource, 1, clock);
    }

    /// <summary>Forgets sources that have been quiet; at most once a second, so that a full table costs no search for each stranger.</summary>
    private void Sweep_NeedsLock()
    {
        var now = clock.GetTimestamp();
        if (_nextSweep > now)
        {
            return;
        }

        _nextSweep = now + clock.TimestampFrequency;
        foreach (var (block, source) in _sources)
        {
            if (source.IsFull)
            {
                _sources.Remove(block);
            }
        }
    }
}
