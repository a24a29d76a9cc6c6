using Microsoft.Extensions.Logging;
using Portlight.Background;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// Does what is due at a time. What it goes by is stored with the instances; the timer only says when to look, so a crash or a restart loses nothing: what is past its time at
/// the start is done before the kernel is synchronised for the first time.
/// </summary>
internal sealed class DeadlineLoop : IAsyncDisposable
{
    private readonly Func<Deadline, Task> _act;
    private readonly Action<Deadline, Exception> _failed;
    private readonly Deadlines _deadlines;
    private readonly BackgroundLoop _loop;

    /// <param name="name">What it does, for the log.</param>
    /// <param name="store">What waits.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">The log.</param>
    /// <param name="termsOf">What of an instance is due at some time.</param>
    /// <param name="act">Does it; it looks first whether it is still to be done.</param>
    /// <param name="failed">Told of what could not be done, which is due again in a while.</param>
    public DeadlineLoop(string name, IStore store, TimeProvider clock, ILogger log, Func<Instance, IEnumerable<Term>> termsOf, Func<Deadline, Task> act, Action<Deadline, Exception> failed)
    {
        (_act, _failed, _deadlines) = (act, failed, new Deadlines(clock, termsOf));
        _loop = new BackgroundLoop(name, RunDueAsync, clock, log);
        store.Observe(_deadlines.Note);
    }

    /// <summary>
    /// Finds what waits and does what is past its time. To be called before the kernel is synchronised. All loops together: to find what has a deadline every instance is looked at, and what one of them
    /// does must not come between that look and another's note of it.
    /// </summary>
    /// <exception cref="StoreException">It could not be done.</exception>
    public static async Task RecoverAsync(IStore store, params IReadOnlyList<DeadlineLoop> loops)
    {
        List<InstanceChange> waiting = [.. store.View.ListWithDeadlines().Select(instance => new InstanceChange(instance.Revision, instance, IsRemoval: false))];
        foreach (var loop in loops)
        {
            loop._deadlines.Note(waiting);
        }

        foreach (var loop in loops)
        {
            foreach (var due in loop._deadlines.TakeDue())
            {
                await loop._act(due);
            }
        }
    }

    public void Start() => _loop.Start();

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task RunDueAsync(CancellationToken stopping)
    {
        await _deadlines.WaitAsync(stopping);
        foreach (var due in _deadlines.TakeDue())
        {
            try
            {
                await _act(due);
            }
            catch (Exception problem)
            {
                // Whatever it was: the others that are due do not wait for this one, which is due again in a while.
                _failed(due, problem);
            }
        }
    }
}
