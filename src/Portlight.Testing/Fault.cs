namespace Portlight.Testing;

/// <summary>One thing that goes wrong because the test wants it to. Disposing of it lifts it; it is lifted by itself when it has happened as often as was asked.</summary>
public sealed class Fault : IDisposable
{
    private readonly Action<Fault> _lift;
    private int _left;
    private int _count;

    internal Fault(int? times, Action<Fault> lift)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times ?? 1, nameof(times));
        _left = times ?? int.MaxValue;
        IsEndless = times is null;
        _lift = lift;
    }

    /// <summary>How often it has happened.</summary>
    public int Count => Volatile.Read(ref _count);

    private bool IsEndless { get; }

    /// <summary>From now on it happens no more.</summary>
    public void Dispose() => _lift(this);

    /// <summary>One more time, if there is one left.</summary>
    internal bool TryHappen()
    {
        var left = IsEndless ? 1 : Interlocked.Decrement(ref _left);
        if (left < 0)
        {
            return false;
        }

        Interlocked.Increment(ref _count);
        if (left == 0)
        {
            _lift(this);
        }

        return true;
    }
}
