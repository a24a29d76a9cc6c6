using System.Collections.Concurrent;
using Portlight.Api;

namespace Portlight.Audit;

/// <summary>
/// How much of the log the calls of one access key may fill, in bytes, and those of all keys of one account: what changes nothing costs its caller next to nothing, and must not
/// be able to fill the disk, nor must a caller that makes itself one key after the other. Only verified keys have a share; sessions use that of the key that they began with.
/// </summary>
/// <param name="bytesPerSecond">What comes back each second; 0 for no bound.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class KeyShares(int bytesPerSecond, TimeProvider clock)
{
    /// <summary>So many seconds' worth may be filled at once: by default some ten thousand events.</summary>
    public const int BurstSeconds = 128;

    /// <summary>An account has the shares of so many keys, however many keys it has.</summary>
    public const int KeysOfAccount = 8;

    private readonly ConcurrentDictionary<string, TokenBucket> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TokenBucket> _accounts = new(StringComparer.Ordinal);

    /// <summary>Why no event of the caller's may be recorded that changes nothing; null when it may.</summary>
    public string? FullFor(Principal caller) => bytesPerSecond == 0 ? null
        : !OfKey(caller).HasAny ? UnrecordedCalls.TooMuch
        : !OfAccount(caller).HasAny ? UnrecordedCalls.TooMuchOfAccount
        : null;

    public void Fill(Principal caller, int bytes)
    {
        if (bytesPerSecond > 0 && caller.Type != PrincipalType.Anonymous)
        {
            OfKey(caller).Take(bytes);
            OfAccount(caller).Take(bytes);
        }
    }

    private TokenBucket OfKey(Principal caller) => Of(_keys, caller.OriginKeyId, bytesPerSecond);

    private TokenBucket OfAccount(Principal caller) => Of(_accounts, caller.AccountId, (double)bytesPerSecond * KeysOfAccount);

    private TokenBucket Of(ConcurrentDictionary<string, TokenBucket> shares, string name, double rate) => shares.TryGetValue(name, out var share)
        ? share
        : shares.GetOrAdd(name, static (_, own) => new TokenBucket(BurstSeconds * own.Rate, own.Rate, own.Clock), (Rate: rate, Clock: clock));
}
