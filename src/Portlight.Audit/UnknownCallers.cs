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

    private readonly Lock gate = new();
    private readonly Dictionary<Cidr, TokenBucket> sources = [];
    private readonly TokenBucket all = new(OfAll, PerSecond, clock);

    // Callers that come while the table is full, or from nowhere, share one.
    private readonly TokenBucket others = new(OfSource, 1, clock);
    private long nextSweep;
    private long untold;
    private long total;

    /// <summary>All that were ever left out.</summary>
    public long Total => Interlocked.Read(ref total);

    /// <summary>Whether one more from there may be recorded now.</summary>
    public bool TryTake(IPAddress? from)
    {
        lock (gate)
        {
            var source = from is null ? others : Of_NeedsLock(BlockOf(from));
            if (source.HasAny && all.HasAny)
            {
                source.Take(1);
                all.Take(1);
                return true;
            }
        }

        Interlocked.Increment(ref untold);
        Interlocked.Increment(ref total);
        return false;
    }

    /// <summary>How many were left out since this was last asked.</summary>
    public long TakeUntold() => Interlocked.Read(ref untold) == 0 ? 0 : Interlocked.Exchange(ref untold, 0);

    /// <summary>What was taken has not been told.</summary>
    public void PutBack(long count) => Interlocked.Add(ref untold, count);

    private static Cidr BlockOf(IPAddress address)
    {
        var one = Cidr.Of(address);
        return one.Family == AddressFamily.InterNetworkV6 ? Cidr.Create(one.Family, one.Network, 48) : one;
    }

    private TokenBucket Of_NeedsLock(Cidr block)
    {
        if (sources.TryGetValue(block, out var known))
        {
            return known;
        }

        if (sources.Count >= MaxSources)
        {
            Sweep_NeedsLock();
        }

        return sources.Count >= MaxSources ? others : sources[block] = new TokenBucket(OfSource, 1, clock);
    }

    /// <summary>Forgets sources that have been quiet; at most once a second, so that a full table costs no search for each stranger.</summary>
    private void Sweep_NeedsLock()
    {
        var now = clock.GetTimestamp();
        if (nextSweep > now)
        {
            return;
        }

        nextSweep = now + clock.TimestampFrequency;
        foreach (var (block, source) in sources)
        {
            if (source.IsFull)
            {
                sources.Remove(block);
            }
        }
    }
}
