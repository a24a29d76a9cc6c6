using Portlight.Domain;

namespace Portlight.Storage.Contract;

/// <summary>Operations: what awaits the kernel, how they are listed and forgotten.</summary>
public abstract class OperationContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    [Fact]
    public async Task An_operation_is_read_back_whole()
    {
        var full = Sample.Operation(1) with
        {
            ResourceType = ResourceType.StaticIp,
            OperationDetails = "22/tcp",
            Status = OperationStatus.Failed,
            StatusChangedAt = Sample.Start.AddMinutes(1),
            ErrorCode = "code",
            ErrorDetails = "details",
        };
        await ChangeAsync(changes => changes.Save(full));
        await ChangeAsync(changes => changes.Save(Sample.Operation(2)));

        Assert.Equal(full, View.FindOperation(Sample.Scope, full.Id));
        Assert.Equal(Sample.Operation(2), View.FindOperation(Sample.Scope, Sample.Id(2)));
        Assert.Null(View.FindOperation(Sample.OtherScope, full.Id));
        Assert.Null(View.FindOperation(Sample.Scope, Sample.Id(3)));
    }

    [Fact]
    public async Task A_record_that_was_added_is_replaced_where_it_is_by_one_that_is_saved()
    {
        await ChangeAsync(changes => changes.Add(Sample.Operation(1)));
        await ChangeAsync(changes =>
        {
            changes.Add(Sample.Operation(2));
            changes.Save(Sample.Operation(1) with { Status = OperationStatus.Failed, ErrorDetails = "refused" });
        });
        await ReopenAsync();

        var listed = View.ListOperations(Sample.Scope, null, null, 9).Operations;
        Assert.Equal([Sample.Id(2), Sample.Id(1)], listed.Select(operation => operation.Id));
        Assert.Equal([OperationStatus.Succeeded, OperationStatus.Failed], listed.Select(operation => operation.Status));
    }

    [Fact]
    public async Task What_awaits_a_revision_succeeds_once_the_kernel_holds_it()
    {
        await ChangeAsync(changes => changes.Save(Sample.Operation(1, awaits: changes.Save(Sample.Instance(1)).Revision)));
        await ChangeAsync(changes => changes.Save(Sample.Operation(2, awaits: changes.Save(Sample.Instance(1)).Revision)));
        Assert.Equal([OperationStatus.Started, OperationStatus.Started], Statuses());

        Store.NoteApplied(HostName.Local, 1);
        Assert.Equal(1, View.AppliedOn(HostName.Local));
        Assert.Equal([OperationStatus.Started, OperationStatus.Succeeded], Statuses());
        var succeeded = View.FindOperation(Sample.Scope, Sample.Id(1))!;
        Assert.Equal((OperationStatus.Succeeded, Sample.Operation(1).StatusChangedAt), (succeeded.Status, succeeded.StatusChangedAt));

        Store.NoteApplied(HostName.Local, 2);
        Store.NoteApplied(HostName.Local, 1);
        await ReopenAsync();
        Assert.Equal(2, View.AppliedOn(HostName.Local));
        Assert.Equal([OperationStatus.Succeeded, OperationStatus.Succeeded], Statuses());

        OperationStatus[] Statuses() => [.. View.ListOperations(Sample.Scope, null, null, 9).Operations.Select(operation => operation.Status)];
    }

    [Fact]
    public async Task What_the_kernel_refused_stays_failed_when_the_watermark_passes_it()
    {
        var started = await ChangeAsync(changes =>
        {
            var operation = Sample.Operation(1, awaits: changes.Save(Sample.Instance(1)).Revision);
            changes.Save(operation);
            return operation;
        });
        await ChangeAsync(changes => changes.Save(started with { Status = OperationStatus.Failed, ErrorCode = "Refused" }));
        Store.NoteApplied(HostName.Local, 1);

        Assert.Equal((OperationStatus.Failed, "Refused"), (View.FindOperation(Sample.Scope, started.Id)!.Status, View.FindOperation(Sample.Scope, started.Id)!.ErrorCode));
    }

    [Fact]
    public async Task The_watermark_cannot_pass_what_is_committed()
    {
        Store.NoteApplied(HostName.Local, 1000);
        Assert.Equal(0, View.AppliedOn(HostName.Local));
        await ChangeAsync(changes => changes.Save(Sample.Operation(1, awaits: changes.Save(Sample.Instance(1)).Revision)));
        Assert.Equal(OperationStatus.Started, View.FindOperation(Sample.Scope, Sample.Id(1))!.Status);
    }

    [Fact]
    public async Task Operations_are_listed_by_when_they_were_written_the_last_first()
    {
        await ChangeAsync(changes =>
        {
            changes.Save(Sample.Operation(5));
            changes.Save(Sample.Operation(1, "web-2"));
            changes.Save(Sample.Operation(8) with { CreatedAt = Sample.Operation(5).CreatedAt });
            changes.Save(Sample.Operation(7));
            changes.Save(Sample.Operation(9, scope: Sample.OtherScope));
        });

        Assert.Equal([7, 8, 1, 5], Pages(null));
        Assert.Equal([7, 8, 5], Pages("web-1"));
        Assert.Equal([1], Pages("web-2"));
        Assert.Empty(Pages("web-3"));

        // Pages of every size give the same list; a token is one only if the store gave it out.
        List<int> Pages(string? resource)
        {
            List<int> all = [];
            for (var size = 1; size <= 5; size++)
            {
                List<int> paged = [];
                string? next = null;
                do
                {
                    Assert.True(next is null || OperationPage.IsToken(next));
                    var page = View.ListOperations(Sample.Scope, resource, next, size);
                    Assert.True(page.Operations.Count == size || page.Next is null);
                    paged.AddRange(page.Operations.Select(operation => Convert.ToInt32(operation.Id.ToString("D")[..8], 16)));
                    next = page.Next;
                }
                while (next is not null);

                Assert.True(size == 1 || all.SequenceEqual(paged));
                all = paged;
            }

            return all;
        }
    }

    /// <summary>More than any store keeps out of its index for a while, in times that go back and forth, with old ones forgotten in between.</summary>
    [Fact]
    public async Task Operations_of_a_resource_are_listed_whole_and_in_order_however_many_there_are()
    {
        const int Rounds = 7, Each = 400;
        var random = new Random(20261124);
        var (all, made) = (new List<Operation>(), 0);
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Each / 20).Select(_ =>
            {
                var some = Enumerable.Range(0, 20).Select(_ =>
                {
                    var at = Sample.Start.AddSeconds((round * 100) + random.Next(120));
                    var operation = Sample.Operation(++made, $"web-{random.Next(3)}") with { CreatedAt = at };
                    all.Add(operation);
                    return operation;
                }).ToList();
                return ChangeAsync(changes => some.ForEach(changes.Save));
            }));
            AssertListed();
            if (round % 3 == 2)
            {
                await ReopenAsync();
                await Store.PruneAsync(Sample.Start.AddSeconds(round * 100), Cancellation);
                var left = View.ListOperations(Sample.Scope, null, null, 10_000).Operations.Select(operation => operation.Id).ToHashSet();
                Assert.InRange(all.RemoveAll(operation => !left.Contains(operation.Id)), 1, all.Count + Each);
                AssertListed();
            }
        }

        // All of them; the store may then count from the beginning.
        await Store.PruneAsync(Sample.Start.AddYears(1), Cancellation);
        all.Clear();
        AssertListed();
        all.AddRange(Enumerable.Range(9_000, 3).Select(number => Sample.Operation(number)));
        await ChangeAsync(changes => all.ForEach(changes.Save));
        AssertListed();

        void AssertListed()
        {
            foreach (var resource in new[] { "web-0", "web-1", "web-2" })
            {
                var expected = all.Where(operation => operation.ResourceName == resource).Reverse().Select(operation => operation.Id);
                List<Guid> found = [];
                string? next = null;
                do
                {
                    var page = View.ListOperations(Sample.Scope, resource, next, 150);
                    found.AddRange(page.Operations.Select(operation => operation.Id));
                    next = page.Next;
                }
                while (next is not null);
                Assert.Equal(expected, found);
            }
        }
    }

    /// <summary>Unfinished ones outlive those before and after them, and are still found by the later ones of their resource, and by what is written of them later.</summary>
    [Fact]
    public async Task Operations_that_outlive_their_neighbours_stay_in_the_lists_and_can_be_finished()
    {
        var random = new Random(20261126);
        var all = new List<Operation>();
        for (var round = 0; round < 6; round++)
        {
            var made = Enumerable.Range((round * 60) + 1, 60).Select(number => Sample.Operation(number, $"web-{random.Next(3)}") with
            {
                CreatedAt = Time.GetUtcNow(),
                Status = random.Next(5) == 0 ? OperationStatus.Started : OperationStatus.Succeeded,
            }).ToList();
            await ChangeAsync(changes => made.ForEach(changes.Save));
            all.AddRange(made);
            Time.Advance(TimeSpan.FromHours(1));
            if (round == 3)
            {
                await ReopenAsync();
            }

            await Store.PruneAsync(Time.GetUtcNow().AddHours(-2), Cancellation);
            all.RemoveAll(operation => operation.Status != OperationStatus.Started && operation.CreatedAt < Time.GetUtcNow().AddHours(-2));
            AssertListed(inOrder: false);
        }

        var finished = all.Select(operation => operation with { Status = OperationStatus.Failed, ErrorCode = "Refused" }).ToList();
        await ChangeAsync(changes => finished.ForEach(changes.Save));
        all = finished;
        AssertListed(inOrder: false);
        await Store.PruneAsync(Time.GetUtcNow(), Cancellation);
        all.Clear();
        AssertListed(inOrder: true);

        void AssertListed(bool inOrder)
        {
            foreach (var resource in new[] { null, "web-0", "web-1", "web-2" })
            {
                var expected = all.Where(operation => resource is null || operation.ResourceName == resource).Select(operation => operation.Id).Reverse().ToList();
                var found = View.ListOperations(Sample.Scope, resource, null, 1_000).Operations;
                Assert.Equal(expected.Order(), found.Select(operation => operation.Id).Order());
                if (resource is not null || inOrder)
                {
                    Assert.Equal(expected, found.Select(operation => operation.Id));
                }
            }

            Assert.All(all, operation => Assert.Equal(operation, View.FindOperation(Sample.Scope, operation.Id)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("12")]
    [InlineData("1-x")]
    [InlineData("- 2")]
    [InlineData("-1-2")]
    [InlineData("-99999999999999999999")]
    public void What_is_no_token_is_refused(string text)
    {
        Assert.False(OperationPage.IsToken(text));
        Assert.Throws<ArgumentException>(() => View.ListOperations(Sample.Scope, null, text, 1));
    }

    [Fact]
    public async Task A_prune_forgets_old_terminal_operations_and_nothing_else()
    {
        for (var number = 1; number <= 600; number++)
        {
            var at = number;
            await ChangeAsync(changes => changes.Save(Sample.Operation(at, awaits: changes.Save(Sample.Instance(at)).Revision))); // one by one: the revision is the number
        }

        await ChangeAsync(changes => changes.Save(Sample.Operation(601)));
        Store.NoteApplied(HostName.Local, 598);
        Time.Advance(TimeSpan.FromHours(2));
        await ChangeAsync(changes =>
        {
            var revision = changes.Save(Sample.Instance(1)).Revision;
            changes.Save(Sample.Operation(602) with { CreatedAt = Time.GetUtcNow(), Status = OperationStatus.Failed, AwaitsRevision = revision });
        });

        Assert.Equal(0, await Store.PruneAsync(Sample.Start, Cancellation));
        var removed = await Store.PruneAsync(Sample.Start.AddHours(1), Cancellation);

        // 598 applied, 601 terminal; 599 and 600 are not applied, 602 is not old.
        Assert.Equal(599, removed);
        foreach (var resource in new[] { null, "web-1" })
        {
            Assert.Equal([602, 600, 599], View.ListOperations(Sample.Scope, resource, null, 9).Operations.Select(operation => Convert.ToInt32(operation.Id.ToString("D")[..8], 16)));
        }

        Assert.Equal((OperationStatus.Started, OperationStatus.Failed), (View.FindOperation(Sample.Scope, Sample.Id(599))!.Status, View.FindOperation(Sample.Scope, Sample.Id(602))!.Status));
        Assert.Null(View.FindOperation(Sample.Scope, Sample.Id(601)));
        Assert.Equal(600, View.AllInstances().Count);
        Assert.Equal(0, await Store.PruneAsync(Sample.Start.AddHours(1), Cancellation));
        await ReopenAsync();
        Assert.Equal(602, (await ChangeAsync(changes => changes.Save(Sample.Instance(1)))).Revision);
    }
}
