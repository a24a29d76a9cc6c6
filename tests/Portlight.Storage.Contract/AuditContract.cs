using System.Text;

namespace Portlight.Storage.Contract;

/// <summary>The audit log: what gets into it, when it is durable, how it is read and forgotten.</summary>
public abstract class AuditContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    [Fact]
    public void A_log_without_events_begins_at_zero_and_verifies()
    {
        Assert.Equal(new AuditAnchor(0, AuditChain.Genesis), View.AuditStart);
        Assert.Null(View.FindAuditBlockBefore(long.MaxValue));
        Assert.Null(View.FindAuditBlockAfter(0));
        Assert.Equal(new AuditReport(0, null, null, View.AuditStart, View.AuditStart, null, false), AuditVerification.Verify(View));
    }

    [Fact]
    public async Task An_event_of_a_decision_is_durable_with_it_and_numbered_from_one_without_gaps()
    {
        await ChangeAsync(changes =>
        {
            changes.Record(IdentitySample.Event(10));
            changes.Save(Sample.Instance(1));
            changes.Record(IdentitySample.Event(11));
        });
        await ChangeAsync(changes => changes.Record(IdentitySample.Event(12)));
        Assert.Equal([10, 11, 12], IdentitySample.Numbers(View));
        await ReopenAsync();
        await ChangeAsync(changes => changes.Record(IdentitySample.Event(13)));

        Assert.Equal([10, 11, 12, 13], IdentitySample.Numbers(View));
        var report = AuditVerification.Verify(View);
        Assert.Equal((4, Sample.Start.AddSeconds(10), Sample.Start.AddSeconds(13)), (report.Events, report.FirstAt, report.LastAt));
        Assert.Equal(4, report.Head!.Sequence);
    }

    /// <summary>Whoever follows the log reads what has just been written, and whoever has fallen behind what was written long ago, in one order.</summary>
    [Fact]
    public async Task Blocks_are_the_same_whenever_they_are_read()
    {
        var fresh = new List<AuditBlock>();
        for (var number = 1; number <= 30; number++)
        {
            await ChangeAsync(changes => changes.Record(IdentitySample.Event(number, padding: 200_000)));
            fresh.Add(View.FindAuditBlockAfter(number - 1)!);
        }

        AssertSame(fresh);
        await ReopenAsync();
        AssertSame(fresh);
        Assert.Equal(10, await Store.PruneAuditAsync(IdentitySample.Event(11).At, Cancellation));
        AssertSame(fresh[10..]);

        void AssertSame(List<AuditBlock> expected)
        {
            var at = 0L;
            foreach (var block in expected)
            {
                var found = View.FindAuditBlockAfter(at)!;
                Assert.Equal((block.FirstSequence, block.Count, block.NewestAt), (found.FirstSequence, found.Count, found.NewestAt));
                Assert.True(block.Lines.Span.SequenceEqual(found.Lines.Span));
                at = found.LastSequence;
            }

            Assert.Null(View.FindAuditBlockAfter(at));
        }
    }

    [Fact]
    public async Task The_text_of_an_event_is_kept_to_the_byte()
    {
        var recorded = Encoding.UTF8.GetBytes("""{ "b" : 1.0,"a":"\u00e4 größe 🦀", "chain":{"sequence":1} }""");
        await ChangeAsync(changes => changes.Record(new AuditEvent(Sample.Start, recorded)));

        var line = Assert.Single(IdentitySample.Lines(View));
        Assert.StartsWith(Encoding.UTF8.GetString(recorded)[..^1] + ",\"chain\":{\"version\":2,\"sequence\":1,\"hash\":\"", line, StringComparison.Ordinal);
        Assert.Null(AuditVerification.Verify(View).Break);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"a\":1}\n")]
    [InlineData(" {\"a\":1}")]
    [InlineData("{\"a\":\n1}")]
    [InlineData("{\"a\":\r1}")]
    [InlineData("[1,2]")]
    public async Task What_would_break_the_lines_is_refused(string text)
    {
        var broken = new AuditEvent(Sample.Start, Encoding.UTF8.GetBytes(text));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.RecordAsync(broken));
        await Assert.ThrowsAsync<ArgumentException>(() => ChangeAsync(changes => changes.Record(broken)));
    }

    [Fact]
    public async Task A_refused_decision_leaves_no_event_and_no_gap()
    {
        var hold = await HoldWriterAsync();
        var before = ChangeAsync(changes => changes.Record(IdentitySample.Event(1)));
        var refused = ChangeAsync<int>(changes =>
        {
            changes.Record(IdentitySample.Event(2));
            throw new InvalidOperationException();
        });
        var after = ChangeAsync(changes => changes.Record(IdentitySample.Event(3)));
        hold.Dispose();
        await Task.WhenAll(before, after);
        await Assert.ThrowsAsync<InvalidOperationException>(() => refused);

        Assert.Equal([1, 3], IdentitySample.Numbers(View));
    }

    [Fact]
    public async Task Events_of_one_batch_share_a_block()
    {
        var hold = await HoldWriterAsync();
        var waiting = Enumerable.Range(1, 20).Select(number => ChangeAsync(changes => changes.Record(IdentitySample.Event(21 - number)))).ToList();
        await Store.RecordAsync(IdentitySample.Event(99));
        hold.Dispose();
        await Task.WhenAll(waiting);

        var block = View.FindAuditBlockAfter(0)!;
        Assert.Equal((1, 21, 21, Sample.Start.AddSeconds(99)), (block.FirstSequence, block.Count, block.LastSequence, block.NewestAt));
        Assert.Equal(21, IdentitySample.Numbers(View).Count);
    }

    [Fact]
    public async Task Long_batches_are_split_into_blocks()
    {
        var hold = await HoldWriterAsync();
        var waiting = Enumerable.Range(1, 100).Select(number => ChangeAsync(changes => changes.Record(IdentitySample.Event(number, 50_000)))).ToList();
        hold.Dispose();
        await Task.WhenAll(waiting);

        Assert.Equal(100, IdentitySample.Numbers(View).Count);
        for (var block = View.FindAuditBlockAfter(0); block is not null; block = View.FindAuditBlockAfter(block.FirstSequence))
        {
            Assert.InRange(block.Lines.Length, 1, (64 << 10) + 60_000);
        }
    }

    [Fact]
    public async Task Blocks_are_found_from_both_ends()
    {
        for (var number = 1; number <= 3; number++)
        {
            await ChangeAsync(changes =>
            {
                changes.Record(IdentitySample.Event(1));
                changes.Record(IdentitySample.Event(2));
            });
        }

        Assert.Equal([5, 5, 3, 1, 1, null], new[] { long.MaxValue, 6, 4, 3, 2, 1 }.Select(sequence => View.FindAuditBlockBefore(sequence)?.FirstSequence));
        Assert.Equal([1, 3, 3, 5, 5, null], new long[] { 0, 1, 2, 3, 4, 5 }.Select(sequence => View.FindAuditBlockAfter(sequence)?.FirstSequence));
    }

    [Fact]
    public async Task A_prune_forgets_whole_old_blocks_from_the_oldest_on_and_the_rest_still_verifies()
    {
        for (var block = 0; block < 600; block++)
        {
            var at = block;
            _ = ChangeAsync(changes => changes.Record(IdentitySample.Event(at)));
            await ChangeAsync(changes => changes.Record(IdentitySample.Event(at)));
        }

        var whole = AuditVerification.Verify(View);
        Assert.Equal(0, await Store.PruneAuditAsync(Sample.Start, Cancellation));
        var removed = await Store.PruneAuditAsync(Sample.Start.AddSeconds(500), Cancellation);

        Assert.Equal(1000, removed);
        Assert.Equal(1000, View.AuditStart.Sequence);
        Assert.Equal(1001, View.FindAuditBlockAfter(0)!.FirstSequence);
        Assert.Equal(200, IdentitySample.Numbers(View).Count);
        Assert.Equal(whole.Head, AuditVerification.Verify(View, whole.Head).Head);

        // All of it: the chain goes on where it was.
        Assert.Equal(200, await Store.PruneAuditAsync(Sample.Start.AddDays(1), Cancellation));
        Assert.Equal(whole.Head, View.AuditStart);
        await ReopenAsync();
        await ChangeAsync(changes => changes.Record(IdentitySample.Event(7)));
        Assert.Equal(1201, View.FindAuditBlockAfter(0)!.FirstSequence);
        Assert.Equal([7], IdentitySample.Numbers(View));
    }

    [Fact]
    public async Task A_prune_stops_at_the_first_block_that_is_not_old_whatever_comes_after()
    {
        foreach (var second in new[] { 1, 100, 2 })
        {
            await ChangeAsync(changes => changes.Record(IdentitySample.Event(second)));
        }

        Assert.Equal(1, await Store.PruneAuditAsync(Sample.Start.AddSeconds(50), Cancellation));
        Assert.Equal([100, 2], IdentitySample.Numbers(View));
    }

    [Fact]
    public async Task The_observer_is_told_the_last_number_after_it_is_durable()
    {
        var seen = new List<(long Told, long Found)>();
        Store.ObserveAudit(last => seen.Add((last, View.FindAuditBlockBefore(long.MaxValue)!.LastSequence)));
        await ChangeAsync(changes => changes.Save(Sample.Instance(1)));
        await ChangeAsync(changes => changes.Record(IdentitySample.Event(1)));
        await ChangeAsync(changes =>
        {
            changes.Record(IdentitySample.Event(2));
            changes.Record(IdentitySample.Event(3));
        });

        Assert.Equal([(1, 1), (3, 3)], seen);
        Assert.Throws<InvalidOperationException>(() => Store.ObserveAudit(_ => { }));
    }

    [Fact]
    public async Task Many_writers_and_readers_leave_one_whole_chain()
    {
        const int Tasks = 8, Each = 100;
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(async () =>
        {
            for (var number = 0; number < Each; number++)
            {
                var recorded = IdentitySample.Event((task * Each) + number);
                if (task % 2 == 0)
                {
                    await Store.RecordAsync(recorded);
                }
                else
                {
                    await ChangeAsync(changes => changes.Record(recorded));
                }
            }
        })));
        await ReopenAsync();

        var numbers = IdentitySample.Numbers(View);
        Assert.Equal(Enumerable.Range(0, Tasks * Each).Select(number => (long)number), numbers.Order());

        // What one caller recorded stands in its order.
        Assert.All(numbers.GroupBy(number => number / Each), own => Assert.Equal(own.Order(), own));
    }
}
