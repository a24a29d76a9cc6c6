using Microsoft.Extensions.Time.Testing;
using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Settings;
using Portlight.Console.Tests.Api;
using Portlight.TestKit;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Live;

public sealed class LiveFleetTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly CancellationTokenSource _over = new();
    private readonly AnsweringApi _server = new();
    private readonly ApiEndpoint _endpoint;
    private readonly LiveFleet _fleet;

    public LiveFleetTests()
    {
        _endpoint = new ApiEndpoint(new ConsoleSettings { Api = _server.Address }, _clock);
        _fleet = new LiveFleet(new ApiCaller(_endpoint, new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "secret"), "us-east-1", null), _clock, _over.Token);
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
        _endpoint.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("<html>not what was asked for</html>", false)]
    [InlineData("{\"instances\": [", false)]
    [InlineData("{\"instances\": [", true)]
    public async Task An_answer_that_cannot_be_read_is_told_and_the_watch_goes_on(string body, bool breaksOff)
    {
        using var watch = _fleet.Watch(() => { });
        await _server.AnswerAsync(body, breaksOff: breaksOff);
        await Until.TrueAsync(() => _fleet.Snapshot.Problem is not null, "that it is told");
        Assert.False(_fleet.Snapshot.IsRead);

        var next = _server.AnswerAsync("""{"instances": [], "total": 0, "revision": 7}""");
        await Until.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(2));
                return _fleet.Snapshot is { IsRead: true, Problem: null };
            },
            "the next answer");
        await next;
    }

    [Fact]
    public async Task An_instance_that_waits_is_found_among_all_whose_names_its_own_is_part_of()
    {
        using var watch = _fleet.Watch(() => { });
        await _server.AnswerAsync($$"""{"instances": [{{One("web", applied: 1)}}], "total": 1, "revision": 7}""");
        await _server.AnswerAsync("""{"changed": [], "removed": [], "revision": 7}""");
        await _server.AnswerAsync($$"""{"instances": [{{One("a-web", applied: 2)}}], "total": 2, "nextPageToken": "more", "revision": 7}""");
        await _server.AnswerAsync($$"""{"instances": [{{One("web", applied: 2)}}], "total": 2, "revision": 7}""");

        await Until.TrueAsync(() => _fleet.Snapshot.Instances is [{ Name: "web", Sync: SyncState.InKernel }], "that it waits no more");

        static string One(string name, int applied) =>
            $$"""{"name": "{{name}}", "regionName": "us-east-1", "accountId": "111122223333", "state": "running", "portStates": [], "desiredRevision": 2, "appliedRevision": {{applied}}}""";
    }

    [Fact]
    public async Task A_page_that_is_being_closed_keeps_nothing_from_the_others()
    {
        var told = false;
        using var closed = _fleet.Watch(() => throw new ObjectDisposedException("a page"));
        using var other = _fleet.Watch(() => told = true);
        await _server.AnswerAsync("""{"instances": [], "total": 0, "revision": 7}""");

        await Until.TrueAsync(() => Volatile.Read(ref told), "that the other page is told");
        Assert.True(_fleet.Snapshot.IsRead);
    }

    [Fact]
    public async Task The_end_of_the_session_is_told_to_every_page()
    {
        using var closed = _fleet.Watch(() => throw new ObjectDisposedException("a page"));
        using var other = _fleet.Watch(() => { });
        await _server.AnswerAsync("<html>");
        await Until.TrueAsync(() => _fleet.Snapshot.Problem is not null, "that it is told");

        await _over.CancelAsync();

        await Until.TrueAsync(() => _fleet.Snapshot.IsSignedOut, "the end of the session");
    }
}
