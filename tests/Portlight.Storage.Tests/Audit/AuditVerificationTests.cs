using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Portlight.Storage.Contract;
using Portlight.TestKit;

namespace Portlight.Storage.Tests.Audit;

/// <summary>That tampering shows, whichever way it is done, and that what is whole is said to be whole.</summary>
public sealed class AuditVerificationTests
{
    private static readonly MemoryLog Log = MemoryLog.Of(3, 1, 4);
    private static readonly AuditAnchor Head = AuditVerification.Verify(Log).Head!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Computes the chain from its description in the docs, without the store's code.</summary>
    [Fact]
    public void The_hash_is_what_the_description_says()
    {
        var previous = new string('0', 64);
        foreach (var (at, line) in Log.Text().TrimEnd('\n').Split('\n').Index())
        {
            var recorded = Encoding.UTF8.GetString(IdentitySample.Event(at + 1).Json.Span);
            byte[] number = [0, 0, 0, 0, 0, 0, 0, (byte)(at + 1)];
            previous = Convert.ToHexStringLower(SHA256.HashData([.. Convert.FromHexString(previous), .. number, .. SHA256.HashData(Encoding.UTF8.GetBytes(recorded))]));
            Assert.Equal($"{recorded[..^1]},\"chain\":{{\"version\":2,\"sequence\":{at + 1},\"hash\":\"{previous}\"}}}}", line);
        }
    }

    /// <summary>A log that was begun by the chain of the first version, by its description, and goes on with the second.</summary>
    [Fact]
    public async Task Events_of_the_first_version_of_the_chain_are_verified_as_before()
    {
        var lines = MemoryLog.LinesOfFirstVersion(3);
        var later = new ArrayBufferWriter<byte>();
        AuditChain.Append(Encoding.ASCII.GetBytes(lines[^1][^67..^3]), 4, IdentitySample.Event(4), later);
        lines.Add(Encoding.UTF8.GetString(later.WrittenSpan).TrimEnd('\n'));

        Assert.Equal("4 events, whole", Words(await VerifyAsync(string.Join('\n', lines))));
        for (var line = 0; line < lines.Count; line++)
        {
            var changed = lines.Select((one, at) => at == line ? one.Replace("größe", "kleine", StringComparison.Ordinal) : one);
            Assert.Equal(line + 1, (await VerifyAsync(string.Join('\n', changed))).Break!.Sequence);
            var claimed = lines.Select((one, at) => at != line ? one : line == 3 ? one.Replace("\"version\":2,", "", StringComparison.Ordinal) : one.Replace("\"chain\":{", "\"chain\":{\"version\":2,", StringComparison.Ordinal));
            Assert.Equal(line + 1, (await VerifyAsync(string.Join('\n', claimed))).Break!.Sequence);
        }
    }

    [Fact]
    public void A_whole_log_is_said_to_be_whole()
    {
        var report = AuditVerification.Verify(Log, Head);
        Assert.Equal(new AuditReport(8, Sample.Start.AddSeconds(1), Sample.Start.AddSeconds(8), Log.AuditStart, Head, null, false), report);
    }

    /// <summary>Each byte of each line, in three ways.</summary>
    [Fact]
    public void No_byte_can_be_changed_taken_away_or_added()
    {
        for (var block = 0; block < Log.Blocks.Count; block++)
        {
            var lines = Log.Blocks[block].Lines.ToArray();
            for (var at = 0; at < lines.Length; at++)
            {
                var changed = lines.ToArray();
                changed[at] ^= 1;
                foreach (var tampered in new byte[][] { changed, [.. lines[..at], .. lines[(at + 1)..]], [.. lines[..at], lines[at], .. lines[at..]], [.. lines[..at], (byte)' ', .. lines[at..]] })
                {
                    var log = Log with { Blocks = [.. Log.Blocks.Select((one, number) => number == block ? one with { Lines = tampered } : one)] };
                    var found = AuditVerification.Verify(log).Break;
                    Assert.True(found is not null, $"a change at byte {at} of block {block} was not found");
                    Assert.InRange(found.Sequence, log.Blocks[block].FirstSequence, log.Blocks[block].LastSequence + 1);
                }
            }
        }
    }

    /// <summary>Whatever lines of the log are put down in whatever order, only the beginning of the log itself is whole.</summary>
    [Fact]
    public void No_other_choice_and_order_of_the_lines_is_whole() => Gen.Int[0, 7].Array[1, 8].Sample(
        choice =>
        {
            var all = Log.Text().TrimEnd('\n').Split('\n');
            var text = string.Concat(choice.Select(at => all[at] + "\n"));
            var block = new AuditBlock(1, choice.Length, Sample.Start, Encoding.UTF8.GetBytes(text));
            var report = AuditVerification.Verify(Log with { Blocks = [block] });
            var right = choice.TakeWhile((line, at) => line == at).Count();
            return report.Events == right && (report.Break is null) == (right == choice.Length) && (report.Break is null || report.Break.Sequence == right + 1);
        },
        iter: 2_000);

    [Fact]
    public void What_tampering_looks_like()
    {
        var forged = Forge(5, keepEnd: true);
        (string What, IAuditView Log, AuditAnchor? Head)[] cases =
        [
            ("nothing", Log, null),
            ("nothing, with the head of an earlier report", Log, Head),
            ("the text of event 6", Log.WithLines(2, Log.LinesOf(2).Select(line => line.Replace("\"number\":6", "\"number\":7", StringComparison.Ordinal))), null),
            ("event 6 with its hash made anew", forged, null),
            ("event 2 taken away", Log.WithLines(0, Log.LinesOf(0).Where((_, at) => at != 1)), null),
            ("events 2 and 3 taken away", Log.WithLines(0, Log.LinesOf(0)[..1]), null),
            ("events 6 and 7 changed places", Log.WithLines(2, Swapped(Log.LinesOf(2))), null),
            ("event 1 put after itself", Log.WithLines(0, Log.LinesOf(0).SelectMany((line, at) => Enumerable.Repeat(line, at == 0 ? 2 : 1))), null),
            ("a line that is no event", Log.WithLines(1, ["hello\n"]), null),
            ("the first row", Log with { Blocks = [.. Log.Blocks.Skip(1)] }, null),
            ("a row in the middle", Log with { Blocks = [Log.Blocks[0], Log.Blocks[2]] }, null),
            ("the last row", Log with { Blocks = [.. Log.Blocks.Take(2)] }, null),
            ("the last row, with the head", Log with { Blocks = [.. Log.Blocks.Take(2)] }, Head),
            ("all rows, with the head", Log with { Blocks = [] }, Head),
            ("everything from event 6 on made anew", Forge(5, keepEnd: false), null),
            ("everything from event 6 on made anew, with the head", Forge(5, keepEnd: false), Head),
            ("two rows that changed their lines", Log with { Blocks = [Log.Blocks[0] with { Lines = Log.Blocks[2].Lines }, Log.Blocks[1], Log.Blocks[2] with { Lines = Log.Blocks[0].Lines }] }, null),
            ("the count of a row", Log with { Blocks = [Log.Blocks[0] with { Count = 2 }, .. Log.Blocks.Skip(1)] }, null),
            ("the place of a row", Log with { Blocks = [Log.Blocks[0], Log.Blocks[1], Log.Blocks[2] with { FirstSequence = 6 }] }, null),
            ("a row before the first", Log with { Blocks = [Log.Blocks[1] with { FirstSequence = -3 }, .. Log.Blocks] }, null),
            ("where the log begins", Log with { AuditStart = new AuditAnchor(3, Head.Hash) }, null),
            ("where the log begins, and the rows before", Log with { AuditStart = new AuditAnchor(3, Head.Hash), Blocks = [.. Log.Blocks.Skip(1)] }, null),
            ("the hash where the log begins is none", Log with { AuditStart = new AuditAnchor(0, "") }, null),
        ];
        Golden.Match("tampering.txt", string.Concat(cases.Select(one => $"{one.What}\n    {Words(AuditVerification.Verify(one.Log, one.Head))}\n")));
    }

    [Fact]
    public void A_head_that_has_been_forgotten_cannot_be_compared()
    {
        var after = AnchorAt(3);
        var rest = Log with { AuditStart = after, Blocks = [.. Log.Blocks.Skip(1)] };
        Assert.Equal((true, null), (AuditVerification.Verify(rest, AnchorAt(2)).IsExpectedHeadForgotten, AuditVerification.Verify(rest, AnchorAt(2)).Break));
        Assert.Equal((false, null), (AuditVerification.Verify(rest, after).IsExpectedHeadForgotten, AuditVerification.Verify(rest, after).Break));
        Assert.Equal(3, AuditVerification.Verify(rest, after with { Hash = Head.Hash }).Break!.Sequence);
    }

    [Fact]
    public void A_log_whose_beginning_is_forgotten_meanwhile_is_not_broken()
    {
        var report = AuditVerification.Verify(new PrunedMeanwhile(Log, Log with { AuditStart = AnchorAt(4), Blocks = [Log.Blocks[2]] }));
        Assert.Equal((4, 4, null), (report.Events, report.Start!.Sequence, report.Break));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Exported_lines_verify_wherever_they_begin(int first)
    {
        var lines = Log.Text().Split('\n')[(first - 1)..^1];
        foreach (var text in new[] { string.Join('\n', lines), string.Join('\n', lines) + "\n" })
        {
            var report = await VerifyAsync(text, before: null, Head);
            Assert.Equal(
                new AuditReport(9 - first, Sample.Start.AddSeconds(first), Sample.Start.AddSeconds(8), null, Head, null, false) { Unverified = first == 1 ? null : first }, report);
            Assert.Equal((null, null), ((await VerifyAsync(text, AnchorAt(first - 1), Head)).Break, (await VerifyAsync(text, AnchorAt(first - 1), Head)).Unverified));
        }

        // What comes before event 1 is known. Before any other it must be given, as such or as the expected head: else the first text is said not to be verified.
        lines[0] = lines[0].Replace("größe", "klein", StringComparison.Ordinal);
        var changed = string.Join('\n', lines);
        var alone = await VerifyAsync(changed, before: null, Head);
        Assert.Equal(first == 1 ? (1L, (long?)null) : ((long?)null, first), (alone.Break?.Sequence, alone.Unverified));
        Assert.Equal(first, (await VerifyAsync(changed, AnchorAt(first - 1), Head)).Break!.Sequence);
        Assert.Equal(first, (await VerifyAsync(changed, before: null, AnchorAt(first - 1))).Break!.Sequence);
    }

    [Fact]
    public async Task Exported_lines_that_were_changed_are_found()
    {
        var lines = Log.Text().Split('\n')[..^1];
        Assert.Equal(3, (await VerifyAsync(string.Join('\n', lines.Where((_, at) => at != 2)))).Break!.Sequence);
        Assert.Equal(5, (await VerifyAsync(string.Join('\n', lines).Replace("\"number\":5", "\"number\":6", StringComparison.Ordinal))).Break!.Sequence);
        Assert.Equal(2, (await VerifyAsync(lines[0] + "\n\n" + lines[1])).Break!.Sequence);
        Assert.Equal(5, (await VerifyAsync(string.Join('\n', lines[..4]), before: null, Head)).Break!.Sequence);
        Assert.Equal(0, (await VerifyAsync("hello")).Break!.Sequence);
        Assert.Equal(new AuditReport(0, null, null, null, null, null, false), await VerifyAsync(""));
    }

    [Fact]
    public async Task Long_lines_come_through_in_pieces()
    {
        var output = new ArrayBufferWriter<byte>();
        var hash = Encoding.ASCII.GetBytes(AuditChain.Genesis);
        foreach (var padding in new[] { 10, 1_000_000, 65_000, 0 })
        {
            AuditChain.Append(hash, output.WrittenCount == 0 ? 1 : AuditVerification.Verify(One(output)).Head!.Sequence + 1, IdentitySample.Event(1, padding), output);
        }

        var report = await VerifyAsync(Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal((4, null), (report.Events, report.Break));
    }

    private static MemoryLog One(ArrayBufferWriter<byte> lines) =>
        new(new AuditAnchor(0, AuditChain.Genesis), [new AuditBlock(1, lines.WrittenSpan.Count((byte)'\n'), Sample.Start, lines.WrittenMemory)]);

    /// <summary>Event <paramref name="after"/> + 1 is another, with a right hash; the rest is as it was, or follows the forged one.</summary>
    private static MemoryLog Forge(int after, bool keepEnd)
    {
        var lines = Log.Text().Split('\n')[..^1];
        var output = new ArrayBufferWriter<byte>();
        var hash = Encoding.ASCII.GetBytes(AnchorAt(after).Hash);
        AuditChain.Append(hash, after + 1, new AuditEvent(Sample.Start, """{"eventTime":"2026-11-22T08:30:00Z","who":"nobody"}"""u8.ToArray()), output);
        for (var sequence = after + 2; sequence <= lines.Length; sequence++)
        {
            if (keepEnd)
            {
                output.Write(Encoding.UTF8.GetBytes(lines[sequence - 1] + "\n"));
            }
            else
            {
                AuditChain.Append(hash, sequence, IdentitySample.Event(sequence), output);
            }
        }

        return Log.WithLines(2, [Log.LinesOf(2)[0], Encoding.UTF8.GetString(output.WrittenSpan)]);
    }

    private static AuditAnchor AnchorAt(int sequence)
    {
        var line = sequence == 0 ? null : Log.Text().Split('\n')[sequence - 1];
        return new AuditAnchor(sequence, line?[^67..^3] ?? AuditChain.Genesis);
    }

    private static IEnumerable<string> Swapped(List<string> lines) => [lines[0], lines[2], lines[1], .. lines[3..]];

    private static Task<AuditReport> VerifyAsync(string text, AuditAnchor? before = null, AuditAnchor? head = null) =>
        AuditVerification.VerifyAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), before, head, Cancellation);

    private static string Words(AuditReport report) => report.Break is { } found
        ? string.Create(CultureInfo.InvariantCulture, $"breaks at {found.Sequence}, after {report.Events} events: {found.Problem}")
        : string.Create(CultureInfo.InvariantCulture, $"{report.Events} events, whole");

    /// <summary>Another process forgets old blocks after the walk has begun.</summary>
    private sealed class PrunedMeanwhile(IAuditView before, IAuditView after) : IAuditView
    {
        private int _reads;

        public AuditAnchor AuditStart => _reads++ == 0 ? before.AuditStart : after.AuditStart;

        public AuditBlock? FindAuditBlockBefore(long sequence) => after.FindAuditBlockBefore(sequence);

        public AuditBlock? FindAuditBlockAfter(long sequence) => after.FindAuditBlockAfter(sequence);
    }
}
