namespace Portlight.Storage;

/// <summary>Whether the writer goes on: why its last commit failed, and why it has stopped for good. Read by any thread, changed by the writer.</summary>
internal sealed class WriterState
{
    private readonly TaskCompletionSource<StoreException> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreException? _stopped;
    private StoreException? _lastFailure;
    private StoreException? _unconfirmed;

    /// <summary>Completes when it has stopped for good, with the reason.</summary>
    public Task<StoreException> Stopped => _stop.Task;

    /// <summary>The reason; null while it has not stopped.</summary>
    public StoreException? StoppedBecause => Volatile.Read(ref _stopped);

    /// <summary>Why the last commit failed; null when it did not.</summary>
    public StoreException? LastFailure
    {
        get => Volatile.Read(ref _lastFailure);
        set
        {
            Volatile.Write(ref _unconfirmed, value is null or { IsOutcomeUnknown: true } ? value : _unconfirmed);
            Volatile.Write(ref _lastFailure, value);
        }
    }

    /// <summary>Why the outcome of a commit is not known; null when none is, or one has succeeded since.</summary>
    public StoreException? Unconfirmed => Volatile.Read(ref _unconfirmed);

    /// <exception cref="StoreException">It has stopped.</exception>
    public void RequireRunning()
    {
        if (StoppedBecause is { } why)
        {
            throw new StoreException(why.Message, why);
        }
    }

    /// <summary>Stops; returns the reason, which is the first that was given.</summary>
    public StoreException Stop(StoreException why)
    {
        Volatile.Write(ref _stopped, _stopped ?? why);
        _stop.TrySetResult(_stopped!);
        return _stopped!;
    }
}
