using Portlight.TestKit.Network;

namespace Portlight.Storage.Postgres.Tests;

/// <summary>Looks at the end of the log are shared, and every one who asks gets one that began after that.</summary>
public sealed class HeadReadsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_while_looks_end_and_begin_waits_for_one_that_began_after_it()
    {
        var begun = 0L;
        var reads = new HeadReads(() =>
        {
            Interlocked.Increment(ref begun);
            return Task.CompletedTask;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                for (var question = 0; question < 100_000; question++)
                {
                    var before = Interlocked.Read(ref begun);
                    await reads.CatchUpAsync();
                    Assert.True(Interlocked.Read(ref begun) > before, $"question {question} was answered by a look that had begun before it");
                }
            },
            Cancellation)));
    }

    [Fact]
    public async Task One_that_fails_fails_for_those_who_had_asked_and_for_nobody_after_them()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var looks = new Queue<Task>([gate.Task, Task.FromException(new StoreException("the database is away")), Task.CompletedTask]);
        var reads = new HeadReads(looks.Dequeue);
        var (first, second, third) = (reads.CatchUpAsync(), reads.CatchUpAsync(), reads.CatchUpAsync());
        Assert.Same(second, third);
        gate.SetResult();

        await first;
        await Assert.ThrowsAsync<StoreException>(() => second);
        await reads.CatchUpAsync();
        Assert.Empty(looks);
    }

    [Fact]
    public async Task Those_who_wait_for_one_look_go_on_beside_each_other()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var looks = new Queue<Task>([gate.Task, Task.CompletedTask]);
        var reads = new HeadReads(looks.Dequeue);
        using var together = new CountdownEvent(2);
        // The first has a look of its own.
        var all = Task.WhenAll(reads.CatchUpAsync(), GoOnAsync(), GoOnAsync());
        gate.SetResult();
        await all;

        async Task GoOnAsync()
        {
            await reads.CatchUpAsync();
            together.Signal();
            Assert.True(together.Wait(Deadline.Span, Cancellation), "one went on only when another was done");
        }
    }

    [Fact]
    public async Task The_end_waits_for_the_look_that_is_under_way_and_for_the_one_after_it_whatever_becomes_of_them()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        var looks = new Queue<Task>([first.Task, second.Task]);
        var reads = new HeadReads(looks.Dequeue);
        var asked = new[] { reads.CatchUpAsync(), reads.CatchUpAsync() };

        var end = reads.EndAsync();
        first.SetResult();
        await asked[0];
        Assert.False(end.IsCompleted);
        second.SetException(new StoreException("the database is away"));

        await end;
        await Assert.ThrowsAsync<StoreException>(() => asked[1]);
        Assert.Empty(looks);
    }
}
