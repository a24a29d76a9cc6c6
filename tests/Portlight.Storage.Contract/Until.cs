using System.Diagnostics;

namespace Portlight.Storage.Contract;

/// <summary>Waits for what a store does by itself.</summary>
public static class Until
{
    public static async Task TrueAsync(Func<bool> condition, Func<string> awaited)
    {
        var began = Stopwatch.GetTimestamp();
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"waited for {awaited()}");
            await looks.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
