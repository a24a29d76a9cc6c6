namespace Portlight.Storage;

/// <summary>The highest revision up to which the kernel holds what is stored. Only goes up.</summary>
internal sealed class AppliedWatermark(long value)
{
    private long _value = value;

    public long Value => Volatile.Read(ref _value);

    /// <summary>True when it went up.</summary>
    public bool Raise(long revision)
    {
        var seen = Value;
        while (revision > seen)
        {
            var before = Interlocked.CompareExchange(ref _value, revision, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }
}
