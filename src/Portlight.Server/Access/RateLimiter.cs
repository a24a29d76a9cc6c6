using System.Collections.Concurrent;
using Portlight.Wire;

namespace Portlight.Server.Access;

/// <summary>
/// A token bucket for each access key: it holds one second's worth of requests and refills evenly. Only verified keys get one, so their number is bounded by
/// the keys that exist; a session counts as the key that it began with, so that making sessions buys no more requests.
/// </summary>
internal sealed class RateLimiter(int requestsPerSecond, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);

    /// <exception cref="ThrottlingException">The key has used up its requests; one more comes in at most a second.</exception>
    public void Take(string accessKeyId)
    {
        if (requestsPerSecond > 0 && !buckets.GetOrAdd(accessKeyId, static (_, full) => new Bucket(full), requestsPerSecond).TryTake(requestsPerSecond, clock))
        {
            throw new ThrottlingException();
        }
    }

    private sealed class Bucket(double full)
    {
        private readonly Lock gate = new();
        private double tokens = full;
        private long filled;

        public bool TryTake(int perSecond, TimeProvider clock)
        {
            var now = clock.GetTimestamp();
            lock (gate)
            {
                if (filled != 0)
                {
                    tokens = Math.Min(perSecond, tokens + (clock.GetElapsedTime(filled, now).TotalSeconds * perSecond));
                }

                filled = now;
                if (tokens < 1)
                {
                    return false;
                }

                tokens--;
                return true;
            }
        }
    }
}
