using System.Runtime.ExceptionServices;

namespace Portlight.Nftables.Kernel;

/// <summary>
/// Two pieces of work at the same time, the second on a thread that stands ready: a repair must not have to make one, because that takes descriptors, and not
/// the pool either, which ends the process when it cannot make one.
/// </summary>
internal sealed class Overlap : IDisposable
{
    private const int StackSize = 512 * 1024;

    private readonly Thread _thread;
    private readonly ManualResetEventSlim _firstEnded = new();
    private readonly SemaphoreSlim _given = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private Action<Action>? _second;
    private ExceptionDispatchInfo? _refused;
    private ExceptionDispatchInfo? _failed;

    internal Overlap()
    {
        _thread = new Thread(Work, StackSize) { IsBackground = true, Name = "nf_tables second hand" };
        _thread.Start();
    }

    /// <summary>Returns when both have ended. What the first throws comes before what the second does. One call at a time.</summary>
    /// <param name="first">Runs at once, on the calling thread.</param>
    /// <param name="second">Is given what waits for the end of the first, and throws what that threw.</param>
    internal void Run(Action first, Action<Action> second)
    {
        (_second, _refused, _failed) = (second, null, null);
        _firstEnded.Reset();
        _given.Release();
        _refused = Attempt(first);
        _firstEnded.Set();
        _done.Wait();
        _second = null;
        _refused?.Throw();
        _failed?.Throw();
    }

    public void Dispose()
    {
        _second = null;
        _given.Release();
        _thread.Join();
        _given.Dispose();
        _done.Dispose();
        _firstEnded.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            _given.Wait();
            if (_second is not { } second)
            {
                return;
            }

            _failed = Attempt(() => second(AwaitFirst));
            _done.Release();
        }
    }

    private void AwaitFirst()
    {
        _firstEnded.Wait();
        _refused?.Throw();
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
