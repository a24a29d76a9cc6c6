using System.Collections.Concurrent;
using Portlight.Api;

namespace Portlight.Fleet;

/// <summary>
/// How often a host may do what costs a commit or an event each time: an agent does it once in weeks, or with a pause before each; a machine that somebody else has taken over need not, and is not to fill the
/// store and the audit log. Only hosts that are stored have a bucket.
/// </summary>
/// <param name="atOnce">So many without a pause.</param>
/// <param name="oneMoreEvery">Then one more each time that this has gone by.</param>
/// <param name="clock">The time.</param>
internal sealed class HostPace(int atOnce, TimeSpan oneMoreEvery, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one of those that the host may do now; null when it may. Else how long until it may again.</summary>
    public TimeSpan? Take(string host)
    {
        var bucket = _buckets.GetOrAdd(host, static (_, own) => own.Fill(), this);
        return bucket.TryTake() ? null : bucket.UntilAny;
    }

    private TokenBucket Fill() => new(atOnce, 1 / oneMoreEvery.TotalSeconds, clock);
}
