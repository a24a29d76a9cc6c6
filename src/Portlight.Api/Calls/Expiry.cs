namespace Portlight.Api;

/// <summary>
/// How much of what has expired goes at once. A clock that is months ahead would delete everything within a moment, and the clock alone cannot tell whether
/// it is: so each hour takes one day's worth at most, which leaves time to set it and costs a few days of patience after a long stop.
/// </summary>
internal static class Expiry
{
    /// <summary>How often something is deleted.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private static readonly TimeSpan AtOnce = TimeSpan.FromDays(1);

    /// <summary>Before when everything goes now.</summary>
    /// <param name="expired">Before when everything has expired.</param>
    /// <param name="oldest">The oldest there is; null for nothing.</param>
    public static DateTimeOffset Before(DateTimeOffset expired, DateTimeOffset? oldest) => oldest is { } from && from + AtOnce < expired ? from + AtOnce : expired;
}
