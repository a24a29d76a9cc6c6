using Microsoft.Extensions.Time.Testing;
using Portlight.Api;

namespace Portlight.Server.Tests.Tenants;

/// <summary>Whose requests are worked at, and what waits without a thread.</summary>
public sealed class AccountTurnsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly AccountTurns _turns;

    public AccountTurnsTests() => _turns = new AccountTurns(mostBesideOthers: 1, _clock);

    [Fact]
    public void An_account_that_is_alone_waits_for_nothing() => Assert.All(Enumerable.Range(0, 100), _ => Assert.True(Begin(Call(), "flood")));

    [Fact]
    public async Task Beside_another_what_an_account_floods_the_server_with_waits_and_the_other_does_not()
    {
        _turns.End(Began("patient"));
        var (working, next) = (Began("flood"), Call());
        var waiting = _turns.BeginAsync(next, "flood").AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.True(Begin(Call(), "patient"));

        _turns.End(working);
        await waiting.WaitAsync(TestKit.Network.Deadline.Span, TestContext.Current.CancellationToken);
        Assert.Equal("flood", next.Turn);
    }

    [Fact]
    public void A_moment_after_the_other_has_asked_an_account_has_every_processor_again()
    {
        _turns.End(Began("patient"));
        Began("flood");
        Assert.False(Begin(Call(), "flood"));
        _clock.Advance(Storage.Admission.Remembered);
        An_account_that_is_alone_waits_for_nothing();
        Assert.True(Begin(Call(), "patient"));
    }

    [Fact]
    public void A_call_that_waits_for_something_has_given_up_its_turn()
    {
        _turns.End(Began("patient"));
        var first = Began("flood");
        _ = _turns.Without(first, Task.CompletedTask);
        Assert.False(Begin(Call(), "flood"));

        var (second, durable) = (Began("third"), new TaskCompletionSource());
        Assert.Same(durable.Task, _turns.Without(second, durable.Task));
        Assert.True(Begin(Call(), "third"));
        _turns.End(second); // once is enough
        Assert.False(Begin(Call(), "third"));
    }

    [Fact]
    public void A_call_of_another_account_than_the_last_of_its_connection_leaves_that_one_its_turn()
    {
        _turns.End(Began("patient"));
        var call = Began("flood");
        Assert.True(Begin(call, "patient"));
        Assert.Equal("patient", call.Turn);
        Assert.True(Begin(Call(), "flood"));
    }

    [Fact]
    public async Task A_caller_that_hangs_up_leaves_the_line()
    {
        _turns.End(Began("patient"));
        var working = Began("flood");
        using var hangUp = new CancellationTokenSource();
        var gone = new Call { RequestId = "", Now = default, Aborted = hangUp.Token };
        var waiting = _turns.BeginAsync(gone, "flood").AsTask();
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Null(gone.Turn);

        _turns.End(working);
        Assert.True(Begin(Call(), "flood"));
    }

    [Fact]
    public async Task Bodies_that_do_not_come_keep_no_request_of_their_account_from_its_turn()
    {
        await using var server = await ServerHarness.StartAsync();
        var other = await server.AddAccountAsync();
        using var request = server.Request("Lightsail_20161128.GetInstances", "{}"u8.ToArray());
        using var others = server.Request("Lightsail_20161128.GetInstances", "{}"u8.ToArray(), other);
        var (whole, beside) = (RawCaller.BytesOf(request, "{}"u8.ToArray()), RawCaller.BytesOf(others, "{}"u8.ToArray()));
        using var neighbour = new RawCaller(server.Endpoint);
        var late = new List<RawCaller>();
        try
        {
            // As many as there are processors and one: more than may be worked at.
            for (var i = 0; i <= Environment.ProcessorCount; i++)
            {
                late.Add(new RawCaller(server.Endpoint));
                Assert.Equal(200, await late[^1].CallAsync(whole)); // now the connection is known to be the account's
                Assert.Equal(200, await neighbour.CallAsync(beside));
                await late[^1].SendAsync(whole.AsMemory(0, whole.Length - 1));
            }
        }
        finally
        {
            late.ForEach(caller => caller.Dispose());
        }
    }

    private static Call Call() => new() { RequestId = "", Now = default };

    private bool Begin(Call call, string account) => _turns.BeginAsync(call, account).AsTask().IsCompletedSuccessfully;

    private Call Began(string account)
    {
        var call = Call();
        Assert.True(Begin(call, account));
        return call;
    }
}
