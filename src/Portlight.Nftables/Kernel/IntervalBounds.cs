using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Kernel;

/// <summary>
/// The two elements that the kernel has for each interval of a set that is one number: where it begins, and the first key behind it, which is marked as an end. What begins where another
/// ends has both.
/// </summary>
internal sealed class IntervalBounds
{
    /// <summary>NFT_SET_ELEM_INTERVAL_END.</summary>
    internal const uint FlagEnd = 0x1;

    private readonly List<(byte[] Key, bool IsEnd, byte[]? Value)> _bounds = [];

    /// <summary>The key that follows; keys begin with a device or less, so there is always one.</summary>
    internal static byte[] After(byte[] key) => Step(key, up: true);

    internal void Add(byte[] key, uint flags, byte[]? value) => _bounds.Add((key, (flags & FlagEnd) != 0, value));

    /// <summary>The intervals; false when the bounds do not come in pairs, which ours always do.</summary>
    internal bool TryPair(HashSet<SetElement> intervals)
    {
        if (_bounds.Count % 2 != 0)
        {
            return false;
        }

        _bounds.Sort((one, other) => one.Key.AsSpan().SequenceCompareTo(other.Key) is var order and not 0 ? order : other.IsEnd.CompareTo(one.IsEnd));
        for (var i = 0; i < _bounds.Count; i += 2)
        {
            if (_bounds[i].IsEnd || !_bounds[i + 1].IsEnd)
            {
                return false;
            }

            intervals.Add(new SetElement(_bounds[i].Key, Step(_bounds[i + 1].Key, up: false), value: _bounds[i].Value));
        }

        return true;
    }

    private static byte[] Step(byte[] key, bool up)
    {
        byte[] next = [.. key];
        for (var i = next.Length - 1; i >= 0; i--)
        {
            if (up ? ++next[i] != 0 : next[i]-- != 0)
            {
                break;
            }
        }

        return next;
    }
}
