using System.Runtime.ExceptionServices;

namespace Portlight.Nftables.Kernel;

/// <summary>Two pieces of work at the same time, where a thread is free for the second; else one after the other. What the first throws comes before what the second does.</summary>
internal static class Overlap
{
    /// <param name="first">Runs at once, on the calling thread.</param>
    /// <param name="second">Is given what waits for the end of the first, and throws what that threw.</param>
    internal static void Run(Action first, Action<Action> second)
    {
        using var ended = new ManualResetEventSlim();
        ExceptionDispatchInfo? refused = null;
        ExceptionDispatchInfo? failed = null;
        Parallel.Invoke(
            () =>
            {
                refused = Attempt(first);
                ended.Set();
            },
            () => failed = Attempt(() => second(AwaitFirst)));
        refused?.Throw();
        failed?.Throw();

        void AwaitFirst()
        {
            ended.Wait();
            refused?.Throw();
        }
    }

    private static ExceptionDispatchInfo? Attempt(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception problem)
        {
            return ExceptionDispatchInfo.Capture(problem);
        }
    }
}
