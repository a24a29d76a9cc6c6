using System.Net;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>
/// Slows down who guesses keys, without ever slowing down who has one. From one source (an IPv4 address, an IPv6 /64) the first few refused signatures are
/// answered at once; then each refusal waits, twice as long as the one before up to a few seconds, and what has been quiet for a while is forgotten. A request whose
/// signature holds never comes here, so nobody can lock out another, not even from behind the same address.
/// </summary>
/// <remarks>Sources and waiting refusals are bounded: beyond the bound a refusal is answered at once, as throttled. docs/credentials.md says what that is worth.</remarks>
internal sealed class RefusalBrake(TimeSpan longest, TimeProvider clock)
{
    /// <summary>Refusals of one source that are answered at once.</summary>
    internal const int Free = 5;

    internal const int MaxWaitingOfSource = 8;
    internal const int MaxWaiting = 256;
    internal const int MaxSources = 10_000;

    internal static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    /// <summary>After this long without a refusal a source is new again.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<Cidr, Source> _sources = [];

    // Sources that come when the table is full share one entry: then strangers slow each other's refusals, and still nobody's good requests.
    private readonly Source _others = new();
    private long _nextSweep;
    private int _waiting;

    internal int SourceCount
    {
        get
        {
            lock (_gate)
            {
                return _sources.Count;
            }
        }
    }

    /// <summary>Returns when a refused signature may be answered.</summary>
    /// <exception cref="ThrottlingException">So many refusals wait already that this one is answered at once.</exception>
    public Task DelayAsync(IPAddress? from, CancellationToken cancellationToken)
    {
        if (longest == TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        Source source;
        TimeSpan delay;
        lock (_gate)
        {
            source = Find_NeedsLock(from);
            delay = DelayOf(++source.Refusals);
            if (delay == TimeSpan.Zero)
            {
                return Task.CompletedTask;
            }

            if (source.Waiting == MaxWaitingOfSource || _waiting == MaxWaiting)
            {
                throw new ThrottlingException { RetryAfter = delay };
            }

            source.Waiting++;
            _waiting++;
        }

        return WaitAsync(source, delay, cancellationToken);
    }

    /// <summary>The block that counts as one source: a holder of one IPv6 address of a /64 mostly has all of them.</summary>
    internal static Cidr BlockOf(IPAddress address)
    {
        var one = Cidr.Of(address);
        return one.Family == AddressFamily.InterNetworkV6 ? Cidr.Create(one.Family, one.Network, 64) : one;
    }

    private TimeSpan DelayOf(int refusals)
    {
        var doublings = refusals - Free - 1;
        return doublings < 0 ? TimeSpan.Zero
            : doublings >= 30 || First * (1 << doublings) > longest ? longest
            : First * (1 << doublings);
    }

    private async Task WaitAsync(Source source, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(delay, clock, cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                source.Waiting--;
                _waiting--;
            }
        }
    }

    private Source Find_NeedsLock(IPAddress? from)
    {
        var now = clock.GetTimestamp();
        var found = from is null ? _others : Of_NeedsLock(BlockOf(from), now);
        if (found.Refusals > 0 && clock.GetElapsedTime(found.Last, now) >= Quiet)
        {
            found.Refusals = 0;
        }

        found.Last = now;
        return found;
    }

    private Source Of_NeedsLock(Cidr block, long now)
    {
        if (_sources.TryGetValue(block, out var known))
        {
            return known;
        }

        if (_sources.Count >= MaxSources)
        {
            Sweep_NeedsLock(now);
        }

        if (_sources.Count >= MaxSources)
        {
            return _others;
        }

        return _sources[block] = new Source();
    }

    /// <summary>Forgets who has been quiet; at most once a second, so that a full table costs no search for each stranger.</summary>
    private void Sweep_NeedsLock(long now)
    {
        if (_nextSweep > now)
        {
            return;
        }

        _nextSweep = now + clock.TimestampFrequency;
        foreach (var (block, source) in _sources)
        {
            if (source.Waiting == 0 && clock.GetElapsedTime(source.Last, now) >= Quiet)
            {
                _sources.Remove(block);
            }
        }
    }

    private sealed class Source
    {
        public int Refusals;
        public int Waiting;
        public long Last;
    }
}
