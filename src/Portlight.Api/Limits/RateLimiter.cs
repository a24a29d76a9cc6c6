using System.Collections.Concurrent;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>
/// A token bucket for each access key: it holds one second's worth of requests and refills evenly. Only verified keys get one, so their number is bounded by
/// the keys that exist; a session counts as the key that it began with, so that making sessions buys no more requests.
/// </summary>
internal sealed class RateLimiter(int requestsPerSecond, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);

    /// <exception cref="ThrottlingException">The key has used up its requests; one more comes in at most a second.</exception>
    public void Take(string accessKeyId)
    {
        if (requestsPerSecond > 0 && !Of(accessKeyId).TryTake())
        {
            throw new ThrottlingException();
        }
    }

    private TokenBucket Of(string accessKeyId) => _buckets.TryGetValue(accessKeyId, out var bucket)
        ? bucket
        : _buckets.GetOrAdd(accessKeyId, static (_, own) => new TokenBucket(own.Rate, own.Rate, own.Clock), (Rate: requestsPerSecond, Clock: clock));
}
