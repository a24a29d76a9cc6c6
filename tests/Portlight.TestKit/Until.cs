using System.Diagnostics;
using Portlight.TestKit.Network;

namespace Portlight.TestKit;

/// <summary>
/// Waits until something holds that a program brings about by itself. It looks often at first, then less, and pauses for as long as a look takes (one that starts a program: half a
/// second), because a test that looks without a pause takes the processor from what it waits for; after <see cref="Deadline"/> it fails with what it has waited for.
/// </summary>
public static class Until
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50), LongestPauseOfPrograms = TimeSpan.FromMilliseconds(500);

    public static Task TrueAsync(Func<bool> condition, string awaited) => TrueAsync(condition, () => awaited);

    public static Task TrueAsync(Func<Task<bool>> condition, string awaited) => TrueAsync(condition, () => awaited);

    /// <param name="condition">Looks.</param>
    /// <param name="awaited">What was waited for, with what was seen last.</param>
    public static Task TrueAsync(Func<bool> condition, Func<string> awaited) => TrueAsync(() => Task.FromResult(condition()), awaited);

    /// <inheritdoc cref="TrueAsync(Func{bool}, Func{string})"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> awaited)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (began, looked) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        for (var looks = 0; !await condition().WaitAsync(Deadline.Span, cancellation); looks++)
        {
            RequireTime(began, awaited);
            await Task.Delay(PauseAfter(looks, looked), cancellation);
            looked = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The same for a thread that has to stay the same, as one that has entered a namespace.</summary>
    public static void True(Func<bool> condition, string awaited)
    {
        var (began, looked) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        for (var looks = 0; !condition(); looks++)
        {
            RequireTime(began, () => awaited);
            TestContext.Current.CancellationToken.WaitHandle.WaitOne(PauseAfter(looks, looked));
            looked = Stopwatch.GetTimestamp();
        }
    }

    /// <param name="looks">How many there were before the last one.</param>
    /// <param name="looked">When the last one began.</param>
    private static TimeSpan PauseAfter(int looks, long looked)
    {
        var took = Stopwatch.GetElapsedTime(looked);
        return took > LongestPause
            ? TimeSpan.FromMilliseconds(Math.Min(took.TotalMilliseconds, LongestPauseOfPrograms.TotalMilliseconds))
            : TimeSpan.FromMilliseconds(Math.Min(1 + (looks / 32), LongestPause.TotalMilliseconds));
    }

    private static void RequireTime(long began, Func<string> awaited) => Assert.True(Stopwatch.GetElapsedTime(began) < Deadline.Span, $"waited in vain for {awaited()}");
}
