using System.Collections.Concurrent;
using Portlight.Api;

namespace Portlight.Audit;

/// <summary>
/// How much of the log the calls of one access key may fill, in bytes: what changes nothing costs its caller next to nothing, and must not be able to fill the disk.
/// Only verified keys have a share, so there are no more than keys; sessions use that of the key that they began with.
/// </summary>
/// <param name="bytesPerSecond">What comes back each second; 0 for no bound.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class KeyShares(int bytesPerSecond, TimeProvider clock)
{
    /// <summary>So many seconds' worth may be filled at once: by default some ten thousand events.</summary>
    public const int BurstSeconds = 128;

    private readonly ConcurrentDictionary<string, TokenBucket> _shares = new(StringComparer.Ordinal);

    /// <summary>Whether events of the caller's key may be recorded that change nothing.</summary>
    public bool HasRoomFor(Principal caller) => bytesPerSecond == 0 || Of(caller).HasAny;

    public void Fill(Principal caller, int bytes)
    {
        if (bytesPerSecond > 0 && caller.Type != PrincipalType.Anonymous)
        {
            Of(caller).Take(bytes);
        }
    }

    private TokenBucket Of(Principal caller) => _shares.TryGetValue(caller.OriginKeyId, out var share)
        ? share
        : _shares.GetOrAdd(caller.OriginKeyId, static (_, own) => new TokenBucket((double)BurstSeconds * own.Rate, own.Rate, own.Clock), (Rate: bytesPerSecond, Clock: clock));
}
