using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Portlight.Storage.Postgres;

/// <summary>What an installation has, in a form that can be compared: both ends of a move must have the same.</summary>
internal sealed class Contents
{
    private readonly SortedDictionary<string, (long Count, UInt128 Sum)> _kinds = new(StringComparer.Ordinal);
    private readonly IncrementalHash _audit = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string? _auditHash;

    /// <summary>The last revision, and the last number that was given to an instance.</summary>
    public (long Revision, long Index) Numbers { get; set; }

    /// <summary>Where the audit log begins.</summary>
    public AuditAnchor? AuditStart { get; set; }

    public long Events { get; private set; }

    /// <summary>How many there are of each kind.</summary>
    public IReadOnlyDictionary<string, long> Counts => _kinds.ToDictionary(kind => kind.Key, kind => kind.Value.Count);

    /// <summary>Of operations in order; of everything else the order tells nothing.</summary>
    public void Add(in Item item)
    {
        var (count, sum) = _kinds.GetValueOrDefault(item.Kind);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{(item.Kind == ItemKind.Operation ? count : 0)} {item.Kind.Length} {item.Key.Length} {item.Revision ?? 0} {item.Kind}{item.Key}{item.Body}"), hash);
        _kinds[item.Kind] = (count + 1, unchecked(sum + BinaryPrimitives.ReadUInt128BigEndian(hash)));
    }

    /// <summary>Blocks of the audit log, in order.</summary>
    public void Add(AuditBlock block)
    {
        Span<byte> numbers = stackalloc byte[32];
        BinaryPrimitives.WriteInt64BigEndian(numbers, block.FirstSequence);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], block.Count);
        BinaryPrimitives.WriteInt64BigEndian(numbers[16..], block.NewestAt.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(numbers[24..], block.Lines.Length);
        _audit.AppendData(numbers);
        _audit.AppendData(block.Lines.Span);
        Events += block.Count;
    }

    /// <summary>What another end has otherwise, in words; null when nothing.</summary>
    public string? Difference(Contents other)
    {
        foreach (var kind in _kinds.Keys.Union(other._kinds.Keys, StringComparer.Ordinal))
        {
            var (here, there) = (_kinds.GetValueOrDefault(kind), other._kinds.GetValueOrDefault(kind));
            if (here != there)
            {
                return here.Count != there.Count ? $"{here.Count} of kind {kind} became {there.Count}" : $"one of {here.Count} of kind {kind} is not what it was";
            }
        }

        return Numbers != other.Numbers ? $"revision {Numbers.Revision} and number {Numbers.Index} became {other.Numbers.Revision} and {other.Numbers.Index}"
            : AuditStart != other.AuditStart ? "the audit log begins elsewhere"
            : Events != other.Events || AuditHash() != other.AuditHash() ? "the audit log is another"
            : null;
    }

    private string AuditHash() => _auditHash ??= Convert.ToHexStringLower(_audit.GetCurrentHash());
}
