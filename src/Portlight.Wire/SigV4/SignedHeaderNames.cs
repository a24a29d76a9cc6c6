using System.Collections.Concurrent;

namespace Portlight.Wire.SigV4;

/// <summary>
/// Lists of signed header names, taken apart once: a client sends the same few lists with every request, so the hot path finds the strings
/// it needs for lookups ready made. Bounded; when full it starts anew.
/// </summary>
internal sealed class SignedHeaderNames
{
    private const int Capacity = 512;
    private const int MaxLength = 2048;

    private readonly ConcurrentDictionary<string, string[]> _known = new(StringComparer.Ordinal);

    /// <summary>The names in a list; false when it is not lower-case names in strictly ascending order.</summary>
    internal bool TryGet(ReadOnlySpan<char> list, out string[] names)
    {
        if (_known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(list, out names!))
        {
            return true;
        }

        if (!TrySplit(list, out names))
        {
            return false;
        }

        if (_known.Count >= Capacity)
        {
            _known.Clear();
        }

        _known[list.ToString()] = names;
        return true;
    }

    private static bool TrySplit(ReadOnlySpan<char> list, out string[] names)
    {
        names = list.Length > MaxLength ? [] : list.ToString().Split(';');
        for (var index = 0; index < names.Length; index++)
        {
            var name = names[index];
            if (name.Length == 0 || name.AsSpan().ContainsAnyExceptInRange('!', '~') || name.AsSpan().ContainsAnyInRange('A', 'Z')
                || name.Contains(':'))
            {
                return false;
            }

            if (index > 0 && string.CompareOrdinal(names[index - 1], name) >= 0)
            {
                return false;
            }
        }

        return names.Length > 0;
    }
}
