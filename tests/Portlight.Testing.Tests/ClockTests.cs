using Microsoft.Extensions.Time.Testing;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.Wire.SigV4;

namespace Portlight.Testing.Tests;

/// <summary>What follows the clock that a test moves.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_timer_is_called_when_the_clock_has_passed_it_and_again_after_each_period()
    {
        var source = new FakeTimeProvider();
        var clock = new TestClock(source);
        var calls = 0;
        using var timer = clock.CreateTimer(_ => calls++, null, 10 * Second, 5 * Second);

        clock.Advance(9 * Second);
        source.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, calls);
        source.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, calls);
        source.Advance(5 * Second);
        Assert.Equal(2, calls);

        timer.Change(TimeSpan.FromDays(90), Timeout.InfiniteTimeSpan);
        clock.Advance(TimeSpan.FromDays(59));
        source.Advance(TimeSpan.FromDays(31) - Second);
        Assert.Equal(2, calls);
        source.Advance(Second);
        Assert.Equal(3, calls);

        Assert.True(timer.Change(Second, Timeout.InfiniteTimeSpan));
        timer.Dispose();
        clock.Advance(TimeSpan.FromDays(1));
        source.Advance(TimeSpan.FromDays(1));
        Assert.Equal(3, calls);
        Assert.False(timer.Change(Second, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task A_wait_by_the_clock_ends_when_it_is_moved_and_does_not_go_back()
    {
        var clock = new TestClock();
        var began = clock.GetTimestamp();
        var wait = Task.Delay(TimeSpan.FromDays(1), clock, Cancellation);
        Assert.False(wait.IsCompleted);
        clock.Advance(TimeSpan.FromDays(1));
        await wait.WaitAsync(Deadline.Span, Cancellation);
        Assert.True(clock.GetElapsedTime(began) >= TimeSpan.FromDays(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Advance(-Second));
    }

    [Fact]
    public async Task Signatures_are_checked_against_it_and_the_date_of_answers_shows_it()
    {
        await using var server = await PortlightServer.StartAsync(new() { Clock = new TestClock(new FakeTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))) }, Cancellation);
        var atStart = server.Clock.GetUtcNow();
        using var caller = new Caller(server) { Now = () => atStart };
        await caller.CallAsync("GetRegions", "{}");

        server.Clock.Advance(TimeSpan.FromMinutes(16));

        var late = await caller.SendAsync("GetRegions", "{}");
        Assert.Equal((400, "InvalidSignatureException"), (late.Status, late.Code));
        Assert.Contains("Signature expired", late.Text, StringComparison.Ordinal);
        Assert.Equal(atStart + TimeSpan.FromMinutes(16), late.Date);
    }

    [Fact]
    public async Task Session_tokens_end_by_it()
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        using var root = new Caller(server);
        var token = System.Xml.Linq.XDocument.Parse((await root.SendAsync("GetSessionToken", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=900")).Text);
        string Text(string name) => token.Descendants().Single(element => element.Name.LocalName == name).Value;
        using var session = new Caller(server) { Credentials = new AwsCredentials(Text("AccessKeyId"), Text("SecretAccessKey"), Text("SessionToken")) };
        await session.CallAsync("GetRegions", "{}");

        server.Clock.Advance(TimeSpan.FromSeconds(901));

        Assert.Equal("ExpiredTokenException", (await session.SendAsync("GetRegions", "{}")).Code);
    }

    [Fact]
    public async Task A_change_that_nobody_confirms_is_reverted_when_the_clock_has_passed_its_time()
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        using var caller = new Caller(server);
        await caller.CallAsync("CreateInstances", Caller.Create("web-1"));
        await caller.CallAsync("PutInstancePublicPorts", Caller.Put("web-1", 22));
        await caller.CallAsync("PutInstancePublicPorts", Caller.Put("web-1", 443), ("X-Portlight-Confirm", "600"));
        Assert.Equal(443, await PortAsync());

        server.Clock.Advance(TimeSpan.FromSeconds(601));

        await Until.TrueAsync(async () => await PortAsync() == 22, "the change to be reverted");

        async Task<int?> PortAsync() => (int?)(await caller.CallAsync("GetInstancePortStates", """{"instanceName":"web-1"}"""))["portStates"]!.AsArray().Single()!["fromPort"];
    }
}
