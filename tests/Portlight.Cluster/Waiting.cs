using System.Diagnostics;

namespace Portlight.Cluster;

/// <summary>Waits for what programs of others do by themselves.</summary>
internal static class Waiting
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Until something is so; returns how long that took.</summary>
    public static async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, Func<string> awaited, int everyMilliseconds = 50)
    {
        var began = Stopwatch.GetTimestamp();
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(everyMilliseconds));
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"waited for {awaited()}");
            await looks.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return Stopwatch.GetElapsedTime(began);
    }
}
