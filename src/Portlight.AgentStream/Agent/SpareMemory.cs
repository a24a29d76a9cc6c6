namespace Portlight.AgentStream.Agent;

/// <summary>What a comparison of everything took, a dozen times of what is kept: other programs' memory again until the next one.</summary>
internal sealed class SpareMemory : IDisposable
{
    /// <summary>Not at once: it stops all threads, and callers that wait for the comparison come first.</summary>
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    private readonly ITimer _timer;

    public SpareMemory(TimeProvider clock) =>
        _timer = clock.CreateTimer(_ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void GiveBackSoon() => _timer.Change(After, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}
