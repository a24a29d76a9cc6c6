namespace Portlight.Storage.Sqlite;

/// <summary>
/// What many rows say in the same words: it is read once and is one object, as long as nothing else has taken its place here. For what never changes. From any thread: two that meet read it twice.
/// </summary>
/// <param name="places">How many are remembered; a power of two.</param>
internal sealed class Repeated<T>(int places)
    where T : class
{
    /// <summary>Of what is longer, few rows say the same.</summary>
    private const int Longest = 128;

    private readonly Entry?[] _entries = new Entry?[places];

    /// <summary>What was read from these words; null when that is not remembered.</summary>
    public T? Find(ReadOnlySpan<byte> utf8) =>
        utf8.Length <= Longest && Volatile.Read(ref _entries[PlaceOf(utf8)]) is { } entry && entry.Words.AsSpan().SequenceEqual(utf8) ? entry.Value : null;

    /// <summary>Remembers what was read from these words.</summary>
    public T Keep(ReadOnlySpan<byte> utf8, T value)
    {
        if (utf8.Length <= Longest)
        {
            Volatile.Write(ref _entries[PlaceOf(utf8)], new Entry(utf8.ToArray(), value));
        }

        return value;
    }

    private int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        return hash.ToHashCode() & (places - 1);
    }

    private sealed record Entry(byte[] Words, T Value);
}
