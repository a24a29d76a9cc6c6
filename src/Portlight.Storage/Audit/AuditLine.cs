using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Portlight.Storage;

/// <summary>A line of the log, taken apart at its end: everything before is the event's own, and nothing there can look like the end.</summary>
internal readonly ref struct AuditLine
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>The event's text without its closing brace.</summary>
    public ReadOnlySpan<byte> Text { get; private init; }

    public long Sequence { get; private init; }

    public ReadOnlySpan<byte> Hash { get; private init; }

    /// <summary>How the hash was made: see <see cref="AuditChain"/>.</summary>
    public int Version { get; private init; }

    public static ReadOnlySpan<byte> BeforeSequence => ",\"chain\":{\"version\":2,\"sequence\":"u8;

    public static ReadOnlySpan<byte> BeforeFirstSequence => ",\"chain\":{\"sequence\":"u8;

    public static ReadOnlySpan<byte> BeforeHash => ",\"hash\":\""u8;

    public static ReadOnlySpan<byte> End => "\"}}"u8;

    public static bool TryParse(ReadOnlySpan<byte> line, out AuditLine parsed)
    {
        parsed = default;
        if (line.EndsWith((byte)'\n'))
        {
            line = line[..^1];
        }

        if (!TryCutEnd(ref line, End) || line.Length < AuditChain.HashLength)
        {
            return false;
        }

        var hash = line[^AuditChain.HashLength..];
        line = line[..^AuditChain.HashLength];
        if (hash.ContainsAnyExcept(HexDigits) || !TryCutEnd(ref line, BeforeHash))
        {
            return false;
        }

        var digits = line[(line.LastIndexOfAnyExceptInRange((byte)'0', (byte)'9') + 1)..];
        line = line[..^digits.Length];
        if (digits.IsEmpty || digits[0] == '0' || !Utf8Parser.TryParse(digits, out long sequence, out var read) || read != digits.Length)
        {
            return false;
        }

        var version = TryCutEnd(ref line, BeforeSequence) ? 2 : 1;
        if (version == 1 && !TryCutEnd(ref line, BeforeFirstSequence))
        {
            return false;
        }

        parsed = new AuditLine { Text = line, Sequence = sequence, Hash = hash, Version = version };
        return line.Length >= 2 && line[0] == '{';
    }

    public AuditAnchor ToAnchor() => new(Sequence, Encoding.ASCII.GetString(Hash));

    private static bool TryCutEnd(ref ReadOnlySpan<byte> line, ReadOnlySpan<byte> end)
    {
        if (!line.EndsWith(end))
        {
            return false;
        }

        line = line[..^end.Length];
        return true;
    }
}
