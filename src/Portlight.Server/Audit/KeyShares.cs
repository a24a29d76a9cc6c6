using System.Collections.Concurrent;

namespace Portlight.Server.Audit;

/// <summary>
/// How much of the log the calls of one access key may fill, in bytes: what changes nothing costs its caller next to nothing, and must not be able to fill the disk.
/// Only verified keys have a share, so there are no more than keys; sessions use that of the key that they began with.
/// </summary>
internal sealed class KeyShares(TimeProvider clock)
{
    /// <summary>Some ten thousand events at once.</summary>
    public const int Burst = 16 << 20;

    /// <summary>About a hundred events a second, and ten gigabytes a day.</summary>
    public const int BytesPerSecond = 128 << 10;

    private readonly ConcurrentDictionary<string, TokenBucket> shares = new(StringComparer.Ordinal);

    public TokenBucket Of(string accessKeyId) =>
        shares.TryGetValue(accessKeyId, out var share) ? share : shares.GetOrAdd(accessKeyId, static (_, clock) => new TokenBucket(Burst, BytesPerSecond, clock), clock);
}
