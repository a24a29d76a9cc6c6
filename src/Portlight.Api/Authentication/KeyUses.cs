using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Api;

/// <summary>
/// Notes when and for what access keys were last used (<c>GetAccessKeyLastUsed</c>), at most once a minute for each, and makes no request wait for it. Only keys
/// whose signature held get here, so their number is bounded by the keys that exist.
/// </summary>
internal sealed partial class KeyUses(IStore store, TimeProvider clock, ILogger<KeyUses> log)
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, long> _noted = new(StringComparer.Ordinal);

    public void Note(string accessKeyId, string service, string region)
    {
        var now = clock.GetTimestamp();
        var isNoted = _noted.TryGetValue(accessKeyId, out var last);
        if (isNoted ? clock.GetElapsedTime(last, now) >= Often && _noted.TryUpdate(accessKeyId, now, last) : _noted.TryAdd(accessKeyId, now))
        {
            _ = SaveAsync(new AccessKeyUse(accessKeyId, clock.GetUtcNow(), service, region));
        }
    }

    private async Task SaveAsync(AccessKeyUse use)
    {
        try
        {
            await store.CommitAsync((_, changes) =>
            {
                changes.Save(use);
                return true;
            });
        }
        catch (Exception problem) when (problem is StoreException or ObjectDisposedException)
        {
            NotNoted(log, use.AccessKeyId, problem);
        }
    }

    [LoggerMessage(1201, LogLevel.Warning, "the use of the access key {AccessKeyId} could not be noted")]
    private static partial void NotNoted(ILogger logger, string accessKeyId, Exception problem);
}
