namespace Portlight.Storage.Postgres;

/// <summary>Those who wait until a mirror has reached a position.</summary>
internal sealed class MirrorWaits(long position)
{
    private readonly Lock _gate = new();
    private readonly List<(long Position, TaskCompletionSource Reached)> _waiting = [];
    private long _position = position;

    public Task ReachAsync(long position)
    {
        lock (_gate)
        {
            if (_position >= position)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((position, reached));
            return reached.Task;
        }
    }

    public void Reached(long position)
    {
        lock (_gate)
        {
            _position = position;
            _waiting.RemoveAll(wait => wait.Position <= position && wait.Reached.TrySetResult());
        }
    }

    public void Fail(StoreException why)
    {
        lock (_gate)
        {
            _waiting.RemoveAll(wait => wait.Reached.TrySetException(why));
        }
    }
}
