using Microsoft.Extensions.Time.Testing;
using Portlight.Console.Api;
using Portlight.Console.Settings;
using Portlight.Console.SignIn;
using Portlight.Console.Tests.Api;
using Portlight.TestKit;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.SignIn;

public sealed class ServedRegionsTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly AnsweringApi _server = new();
    private readonly ApiEndpoint _endpoint;
    private readonly ServedRegions _regions;
    private readonly Person _alice;

    public ServedRegionsTests()
    {
        _endpoint = new ApiEndpoint(new ConsoleSettings { Api = _server.Address }, _clock);
        var sessions = new Sessions(_clock);
        _regions = new ServedRegions(_endpoint, sessions);
        _alice = new Person { Id = Sessions.NewId(), Arn = "arn:aws:iam::111122223333:user/alice", AccountId = "111122223333", Region = "us-east-1", Credentials = new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "secret"), ExpiresAt = _clock.GetUtcNow() + TimeSpan.FromHours(1) };
        sessions.Add(_alice);
    }

    public void Dispose()
    {
        _alice.End();
        _endpoint.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task They_are_asked_for_once_in_five_minutes_whatever_the_region()
    {
        var served = AnswerAsync();
        Assert.Equal(["us-east-1", "eu-west-1"], await _regions.OfAsync(_alice, null));
        await served;

        // Nobody answers a second question.
        Assert.Equal(["us-east-1", "eu-west-1"], await _regions.OfAsync(_alice.Regions.In("eu-west-1", _alice), null));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_keeps_no_page_waiting_and_what_it_said_before_is_shown()
    {
        var first = _regions.OfAsync(_alice, null);
        Assert.False(first.IsCompleted);
        _clock.Advance(ServedRegions.Patience);
        Assert.Empty(await first);

        await AnswerAsync();
        await Until.TrueAsync(() => _alice.Regions.Served is not null, "the answer that came late");
        _clock.Advance(ServedRegions.Kept + TimeSpan.FromSeconds(1));
        var second = _regions.OfAsync(_alice, null);
        _clock.Advance(ServedRegions.Patience);
        Assert.Equal(["us-east-1", "eu-west-1"], await second);
    }

    /// <summary>Answers one question.</summary>
    private Task AnswerAsync() => _server.AnswerAsync("""{"regions":[{"name":"us-east-1","displayName":"Virginia","description":"x","continentCode":"NA","availabilityZones":[]},{"name":"eu-west-1","displayName":"Ireland","description":"x","continentCode":"EU","availabilityZones":[]}]}""");
}
