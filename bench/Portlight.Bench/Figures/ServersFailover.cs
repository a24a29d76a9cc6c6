using System.Diagnostics;

namespace Portlight.Bench.Figures;

/// <summary>The primary is killed under two writers at each of two servers; from the promotion's end to the first acknowledgement.</summary>
internal static class ServersFailover
{
    private const int Failovers = 3;

    public static async Task RunAsync()
    {
        var gaps = new List<double>();
        for (var round = 0; round < Failovers; round++)
        {
            await using var shared = await SharedInstallation.MakeAsync(4);
            await using var a = await shared.ServeAsync(isFirst: true);
            await using var b = await shared.ServeAsync(isFirst: false);
            var (acknowledged, promoted, stop) = (0L, long.MaxValue, false);
            var first = new TaskCompletionSource<long>();
            var writers = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
            {
                var server = number % 2 == 0 ? a : b;
                for (var turn = 0; !Volatile.Read(ref stop); turn++)
                {
                    try
                    {
                        await OneByOne.OnOwnThread(() =>
                        {
                            using var client = new OneByOne(server.Endpoint);
                            while (!Volatile.Read(ref stop))
                            {
                                client.Time(SignedRequests.Put(server.Endpoint, shared.Credentials, number, odd: turn++ % 2 == 0));
                                Interlocked.Increment(ref acknowledged);
                                if (Volatile.Read(ref promoted) < long.MaxValue)
                                {
                                    first.TrySetResult(Stopwatch.GetTimestamp());
                                }
                            }
                        });
                    }
                    catch (IOException)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(20)); // refused while there is no primary
                    }
                }
            })).ToList();
            while (Interlocked.Read(ref acknowledged) < 1_000)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }

            await shared.Primary.KillAsync();
            await shared.Standby.PromoteAsync();
            Volatile.Write(ref promoted, Stopwatch.GetTimestamp());
            gaps.Add(Stopwatch.GetElapsedTime(promoted, await first.Task).TotalSeconds);
            Volatile.Write(ref stop, true);
            await Task.WhenAll(writers);
        }

        Report.Value("promotion → first acknowledged write", "s", gaps, atMost: 3);
    }
}
