using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Settings;
using Portlight.TestKit;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Live;

public sealed class LiveFleetTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly CancellationTokenSource _over = new();
    private readonly HttpListener _server = new();
    private readonly ApiEndpoint _endpoint;
    private readonly LiveFleet _fleet;

    public LiveFleetTests()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        probe.Stop();
        _server.Prefixes.Add(address.ToString());
        _server.Start();
        _endpoint = new ApiEndpoint(new ConsoleSettings { Api = address }, _clock);
        _fleet = new LiveFleet(new ApiCaller(_endpoint, new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "secret"), "us-east-1", null), _clock, _over.Token);
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
        _endpoint.Dispose();
        _server.Close();
    }

    [Theory]
    [InlineData("<html>not what was asked for</html>", false)]
    [InlineData("{\"instances\": [", false)]
    [InlineData("{\"instances\": [", true)]
    public async Task An_answer_that_cannot_be_read_is_told_and_the_watch_goes_on(string body, bool breaksOff)
    {
        using var watch = _fleet.Watch(() => { });
        await AnswerAsync(body, breaksOff);
        await Until.TrueAsync(() => _fleet.Snapshot.Problem is not null, "that it is told");
        Assert.False(_fleet.Snapshot.IsRead);

        var next = AnswerAsync("""{"instances": [], "revision": 7}""", breaksOff: false);
        await Until.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(2));
                return next.IsCompleted;
            },
            "the next question");
        await next;
    }

    [Fact]
    public async Task A_page_that_is_being_closed_keeps_nothing_from_the_others()
    {
        var told = false;
        using var closed = _fleet.Watch(() => throw new ObjectDisposedException("a page"));
        using var other = _fleet.Watch(() => told = true);
        await AnswerAsync("""{"instances": [], "revision": 7}""", breaksOff: false);

        await Until.TrueAsync(() => Volatile.Read(ref told), "that the other page is told");
    }

    [Fact]
    public async Task The_end_of_the_session_is_told_to_every_page()
    {
        using var closed = _fleet.Watch(() => throw new ObjectDisposedException("a page"));
        using var other = _fleet.Watch(() => { });
        await AnswerAsync("<html>", breaksOff: false);
        await Until.TrueAsync(() => _fleet.Snapshot.Problem is not null, "that it is told");

        await _over.CancelAsync();

        await Until.TrueAsync(() => _fleet.Snapshot.IsSignedOut, "the end of the session");
    }

    /// <summary>Answers one question.</summary>
    private async Task AnswerAsync(string body, bool breaksOff)
    {
        var asked = await _server.GetContextAsync().WaitAsync(TestKit.Network.Deadline.Span, TestContext.Current.CancellationToken);
        var bytes = Encoding.UTF8.GetBytes(body);
        asked.Response.ContentType = "application/x-amz-json-1.1";
        asked.Response.ContentLength64 = bytes.Length + (breaksOff ? 100 : 0);
        await asked.Response.OutputStream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        if (breaksOff)
        {
            asked.Response.Abort();
        }
        else
        {
            asked.Response.Close();
        }
    }
}
