using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portlight.Storage.Contract;

/// <summary>A log in memory, to be tampered with.</summary>
public sealed record MemoryLog(AuditAnchor AuditStart, IReadOnlyList<AuditBlock> Blocks) : IAuditView
{
    /// <summary>Blocks of so many events each, made as a store makes them.</summary>
    public static MemoryLog Of(params int[] counts)
    {
        var hash = Encoding.ASCII.GetBytes(AuditChain.Genesis);
        var (blocks, sequence) = (new List<AuditBlock>(), 0L);
        foreach (var count in counts)
        {
            var lines = new ArrayBufferWriter<byte>();
            for (var at = 0; at < count; at++)
            {
                AuditChain.Append(hash, ++sequence, IdentitySample.Event(sequence), lines);
            }

            blocks.Add(new AuditBlock(sequence - count + 1, count, IdentitySample.Event(sequence).At, lines.WrittenMemory));
        }

        return new MemoryLog(new AuditAnchor(0, AuditChain.Genesis), blocks);
    }

    /// <summary>The first events as the chain of the first version had them, by its description.</summary>
    public static List<string> LinesOfFirstVersion(int count)
    {
        var (lines, previous) = (new List<string>(), AuditChain.Genesis);
        for (var number = 1; number <= count; number++)
        {
            var recorded = Encoding.UTF8.GetString(IdentitySample.Event(number).Json.Span);
            previous = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(previous + number.ToString(CultureInfo.InvariantCulture) + "\n" + recorded)));
            lines.Add($"{recorded[..^1]},\"chain\":{{\"sequence\":{number},\"hash\":\"{previous}\"}}}}");
        }

        return lines;
    }

    public AuditBlock? FindAuditBlockBefore(long sequence) => Blocks.Where(block => block.FirstSequence < sequence).MaxBy(block => block.FirstSequence);

    public AuditBlock? FindAuditBlockAfter(long sequence) => Blocks.Where(block => block.FirstSequence > sequence).MinBy(block => block.FirstSequence);

    public string Text() => string.Concat(Blocks.Select(block => Encoding.UTF8.GetString(block.Lines.Span)));

    /// <summary>With a block's lines changed, its row as it was.</summary>
    public MemoryLog WithLines(int block, IEnumerable<string> lines) =>
        this with { Blocks = [.. Blocks.Select((one, at) => at == block ? one with { Lines = Encoding.UTF8.GetBytes(string.Concat(lines)) } : one)] };

    public List<string> LinesOf(int block) => [.. Encoding.UTF8.GetString(Blocks[block].Lines.Span).Split('\n')[..^1].Select(line => line + "\n")];
}
