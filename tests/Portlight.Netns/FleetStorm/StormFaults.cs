using System.Collections.Concurrent;
using Portlight.TestKit.Serving;

namespace Portlight.Netns.FleetStorm;

/// <summary>What happens to the server, at random; each is undone again.</summary>
internal sealed class StormFaults(StormServer server, TimeSpan serverWithin, ConcurrentDictionary<string, int> counts)
{
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;

    /// <summary>One fault after the other, until it is cancelled; nothing is left of them then.</summary>
    internal async Task DisturbAsync(Random random, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            await HoldAsync(serverWithin * random.NextDouble(), until);
            var (name, signal) = random.Next(3) switch { 0 => ("server killed", ServeProcess.KillSignal), 1 => ("server ended", ServeProcess.TerminateSignal), _ => ("server stopped", StopSignal) };
            var hold = TimeSpan.FromMilliseconds(random.Next(5_000));
            if (until.IsCancellationRequested)
            {
                return;
            }

            counts.AddOrUpdate(name, 1, (_, count) => count + 1);
            await Task.Run(() => End(signal), CancellationToken.None);
            await HoldAsync(hold, until);
            await Task.Run(() => Restore(signal), CancellationToken.None);
        }
    }

    private void End(int signal)
    {
        if (signal == StopSignal)
        {
            server.Signal(StopSignal);
        }
        else
        {
            server.End(signal);
        }
    }

    private void Restore(int signal)
    {
        if (signal == StopSignal)
        {
            server.Signal(ContinueSignal);
        }
        else
        {
            server.Start();
        }
    }

    private static async Task HoldAsync(TimeSpan span, CancellationToken until) => await Task.Delay(span, until).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
