using Portlight.Storage.Contract;

namespace Portlight.Storage.Sqlite.Tests.Writing;

public sealed class BatchTests
{
    /// <summary>Else a write that rests on a list would rest on an older one than it is taken for, and could come through where it must not. The reader spins, because the moment is short.</summary>
    [Fact]
    public async Task What_counts_as_durable_is_found_by_readers_at_that_moment()
    {
        await using var source = new SqliteSource();
        await source.Open().DisposeAsync();
        using var connection = Connection.OpenWriter(source.Path);
        using var readers = new ReadPool(source.Path);
        using var inbox = new AuditInbox(TimeProvider.System, () => { });
        var (caches, late, operations, recent, order) = (new RowCaches(), new LatePorts(), new LateOperations(), new RecentBlocks(), new CommitOrder(0, 0));
        var applied = new AppliedWatermark(connection.Counters.Find(CounterRows.AppliedRevision), connection.Hosts.FindApplied());
        var view = new SqliteView(readers, caches, applied, late, operations, recent);
        var batch = new Batch(connection, caches, applied, new AuditTail(connection.Audit.FindEnd(), inbox, recent), late, operations, order);
        for (var round = 1; round <= 300; round++)
        {
            var plan = new Plan(view, order, new IndexNumbers(order), hasReservation: false);
            var operation = Sample.Operation(round, "web-1");
            plan.Changes.Save(operation);
            Assert.True(order.TryTake(plan, () => { }, out _));
            batch.Write(plan);
            var newest = Task.Run(
                () =>
                {
                    while (order.Durable < plan.Place && !TestContext.Current.CancellationToken.IsCancellationRequested)
                    {
                        Thread.SpinWait(1);
                    }

                    return view.ListOperations(Sample.Scope, "web-1", before: null, limit: 1).Operations.Single().Id;
                },
                TestContext.Current.CancellationToken);

            batch.Commit(withAudit: false);

            Assert.Equal(operation.Id, await newest);
        }
    }
}
