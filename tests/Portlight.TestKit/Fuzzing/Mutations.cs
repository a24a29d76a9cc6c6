using CsCheck;

namespace Portlight.TestKit.Fuzzing;

/// <summary>
/// Inputs of a corpus with a few changes each: bytes set, bits turned, parts left out, doubled, or taken from another input, words put in. CsCheck makes a failing
/// one smaller. The number of inputs is <see cref="Count"/>; PORTLIGHT_STORM=1 makes it a hundred times as many.
/// </summary>
public static class Mutations
{
    private const int MostChanges = 6;

    private static readonly Gen<Change> Changes = Gen.Select(Gen.Enum<Kind>(), Gen.UShort, Gen.Frequency((3, Gen.UShort[0, 8]), (1, Gen.UShort)), Gen.Byte, (kind, at, length, value) => new Change(kind, at, length, value));

    private enum Kind
    {
        Set,
        TurnBit,
        LeaveOut,
        Double,
        PutIn,
        Splice,
    }

    public static int Count { get; } = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 2_000_000 : 20_000;

    /// <param name="corpus">What is changed; not empty.</param>
    /// <param name="words">What is put in: what means something to the reader.</param>
    public static Gen<byte[]> Of(IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> words) =>
        Gen.Select(Gen.Int[0, corpus.Count - 1], Changes.Array[0, MostChanges], (seed, changes) => changes.Aggregate(corpus[seed], (bytes, change) => Apply(bytes, change, corpus, words)));

    private static byte[] Apply(byte[] bytes, Change change, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> words)
    {
        var at = change.At % (bytes.Length + 1);
        var end = Math.Min(bytes.Length, at + change.Length);
        switch (change.Kind)
        {
            case Kind.Set or Kind.TurnBit when at < bytes.Length:
                var changed = (byte[])bytes.Clone();
                changed[at] = change.Kind == Kind.Set ? change.Value : (byte)(changed[at] ^ (1 << (change.Value & 7)));
                return changed;
            case Kind.LeaveOut:
                return [.. bytes[..at], .. bytes[end..]];
            case Kind.Double:
                return [.. bytes[..end], .. bytes[at..]];
            case Kind.PutIn:
                return [.. bytes[..at], .. words[change.Value % words.Count], .. bytes[at..]];
            case Kind.Splice:
                var other = corpus[change.Value % corpus.Count];
                return [.. bytes[..at], .. other[Math.Min(other.Length, (int)change.Length)..]];
            default:
                return bytes;
        }
    }

    private readonly record struct Change(Kind Kind, ushort At, ushort Length, byte Value);
}
